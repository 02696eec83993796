import { expect, test } from 'vitest';
import { SESSION_ID, startFakeVendor, TOKENS } from '../../test/fake-vendor.ts';
import { accountsAt } from '../../test/start.ts';
import { LiveAvatarVendor } from './liveavatar.ts';

test.each([
  [undefined, 'FULL'],
  ['FULL', 'FULL'],
  ['LITE', 'LITE'],
  ['CUSTOM', 'LITE'],
])('a preset of mode %s connects as %s', async (mode, connects) => {
  await using fake = await startFakeVendor();
  const liveavatar = new LiveAvatarVendor(accountsAt(fake.url).liveavatar);
  const preset = {
    name: 'a',
    vendor: 'liveavatar',
    description: undefined,
    caps: { maxSessionSeconds: 60 },
    request: { mode, avatar_id: '3c90c3cc-0d44-4b50-8888-8dd25736052a', max_session_duration: 60 },
  } as const;
  expect(await liveavatar.mint(preset, {})).toEqual({
    token: TOKENS.liveavatar,
    connect: { mode: connects, session_id: SESSION_ID },
    vendorSessionId: SESSION_ID,
  });
  await liveavatar.close();
});
