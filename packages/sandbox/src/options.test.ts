import { expect, expectTypeOf, test } from 'vitest';
import { call } from '../test/call.ts';
import { manualClock } from '../test/manual-clock.ts';
import { mint } from '../test/tokens.ts';
import { createSandbox, type AnamOptions, type LiveAvatarOptions, type SandboxOptions } from './index.ts';

test.each([
  [{ port: '0' }, 'port: must be a whole number from 0 to 65535'],
  [{ port: 70_000 }, 'port: must be a whole number from 0 to 65535'],
  [{ port: 1.5 }, 'port: must be a whole number'],
  [{ prot: 0 }, 'prot: is not an option'],
  [{ toString: 0 }, 'toString: is not an option'],
  [{ clock: { now: 0 } }, 'clock: must be an object with the functions now and advance'],
  [{ onRequest: 'log' }, 'onRequest: must be a function'],
  [{ anam: 2 }, 'anam: must be an object'],
  [{ anam: { mintLimit: '3' } }, 'anam.mintLimit: must be a whole number from 0, or Infinity'],
  [{ anam: { credits: 3 } }, 'anam.credits: is not an option'],
  [{ liveavatar: { concurrency: Number.NaN } }, 'liveavatar.concurrency: must be a whole number from 0'],
  [{ liveavatar: { concurrency: -1 } }, 'liveavatar.concurrency: must be a whole number from 0'],
  [{ liveavatar: { credits: 'x' } }, 'liveavatar.credits: must be a number from 0, or Infinity'],
  [{ liveavatar: { credits: Number.NaN } }, 'liveavatar.credits: must be a number from 0'],
  [null, 'options: must be an object'],
])('refuses %o', async (options, message) => {
  // What comes from JavaScript has not met the type.
  await expect(createSandbox(options as SandboxOptions)).rejects.toThrow(new RegExp(`^${message}`));
});

test('takes every option, and none', async () => {
  const clock = manualClock();
  const onRequest = (): void => undefined;
  const anam = { mintLimit: 0, concurrency: Infinity };
  await using all = await createSandbox({
    port: 0,
    clock,
    onRequest,
    anam,
    liveavatar: { concurrency: 1, credits: 0.5 },
  });
  await using none = await createSandbox();
  expect(all.url).not.toBe(none.url);
});

type Unset<T> = { readonly [K in keyof T]: undefined };

test('takes undefined as absent, which its types allow', async () => {
  expectTypeOf<Unset<SandboxOptions>>().toExtend<SandboxOptions>();
  expectTypeOf<Unset<AnamOptions>>().toExtend<AnamOptions>();
  expectTypeOf<Unset<LiveAvatarOptions>>().toExtend<LiveAvatarOptions>();
  await using top = await createSandbox({
    port: undefined,
    clock: undefined,
    anam: undefined,
    liveavatar: undefined,
    onRequest: undefined,
  });
  await using nested = await createSandbox({
    anam: { mintLimit: undefined, concurrency: undefined },
    liveavatar: { concurrency: undefined, credits: undefined },
  });
  for (const sandbox of [top, nested]) {
    expect(await mint.anam(sandbox)).toBeTypeOf('string');
    const headers = { authorization: `Bearer ${await mint.liveavatar(sandbox)}` };
    expect(await call(sandbox, 'liveavatar', 'sessions.start', { headers })).toMatchObject({ status: 201 });
  }
});
