import { expect, test } from 'vitest';
import { KEYS, EXAMPLE, accountsAt } from '../../test/start.ts';
import { PATHS, startFakeVendor } from '../../test/fake-vendor.ts';
import { loadPresets } from '../config/presets.ts';
import { SimliVendor } from './simli.ts';
import { presetRules } from './vendors.ts';

test('asks for token and ICE servers at once', async () => {
  await using fake = await startFakeVendor();
  const accounts = accountsAt(fake.url);
  const [preset] = await loadPresets(EXAMPLE, presetRules, accounts);
  if (preset === undefined) throw new Error('the example has presets');
  const simli = new SimliVendor(accounts.simli);
  for (const path of [PATHS.simli, PATHS.ice]) fake.answer(path, 'hang');
  const minted = simli.mint(preset, {});
  const asked = await Promise.all([fake.untilAsked(PATHS.simli), fake.untilAsked(PATHS.ice)]);
  expect(asked.map(({ headers }) => headers['x-simli-api-key'])).toEqual([KEYS.simli, KEYS.simli]);
  expect(asked[0].body).toEqual(preset.request);
  fake.release();
  expect(await minted).toHaveProperty('connect.iceServers');
  await simli.close();
});

test('does not wait for one of the two when the other has failed', async () => {
  await using fake = await startFakeVendor();
  const accounts = accountsAt(fake.url);
  const [preset] = await loadPresets(EXAMPLE, presetRules, accounts);
  if (preset === undefined) throw new Error('the example has presets');
  const simli = new SimliVendor(accounts.simli);
  fake.answer(PATHS.simli, 'hang');
  fake.answer(PATHS.ice, { status: 401, body: { detail: 'INVALID_API_KEY' } });
  await expect(simli.mint(preset, {})).rejects.toMatchObject({
    code: 'invalid_key',
  });
  expect(await (await fake.untilAsked(PATHS.simli)).answered).toBe(false);
  await simli.close();
});
