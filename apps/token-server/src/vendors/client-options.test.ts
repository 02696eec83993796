import { describe, expect, test } from 'vitest';
import { PATHS, SESSION_ID, startFakeVendor } from '../../test/fake-vendor.ts';
import { accountsAt } from '../../test/start.ts';
import { STOP_DEADLINE_MS } from '../config/constants.ts';
import { AnamVendor } from './anam.ts';
import { LiveAvatarVendor } from './liveavatar.ts';
import type { Vendor } from './vendor.ts';

const anam = (url: string): Vendor => new AnamVendor(accountsAt(url).anam);
const liveavatar = (url: string): Vendor => new LiveAvatarVendor(accountsAt(url).liveavatar);
const stop = (vendor: Vendor): unknown => vendor.stop?.(SESSION_ID, 'asked');
const keepAlive = (vendor: Vendor): unknown => vendor.keepAlive?.(SESSION_ID);

describe('what hangs once is asked again within its deadline:', () => {
  test.concurrent.each([
    ['LiveAvatar’s stop', liveavatar, stop, PATHS.stop],
    ['LiveAvatar’s keep-alive', liveavatar, keepAlive, PATHS.keepAlive],
    ['Anam’s stop', anam, stop, `/v1/sessions/${SESSION_ID}/stop`],
  ] as const)('%s', { timeout: 2 * STOP_DEADLINE_MS }, async (_what, open, ask, path) => {
    await using fake = await startFakeVendor();
    fake.answer(path, 'hang');
    const vendor = open(fake.url);
    const answer = ask(vendor);
    await fake.untilAsked(path);
    fake.answer(path, { body: { code: 1000, data: null, message: 'ok' } });
    expect(await answer).toBeTruthy();
    expect(fake.asked).toHaveLength(2);
    await vendor.close();
  });
});
