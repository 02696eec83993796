import { RateLimitError } from '@org/core';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import {
  LONGEST_TOKEN_LIFE_MS,
  LONGEST_VENDOR_WAIT_MS,
  REDEEM_SECONDS,
  WARM_AGAIN_MS,
  WARM_AT_ONCE,
  WARM_MARGIN_MS,
} from '../config/constants.ts';
import type { Preset } from '../config/presets.ts';
import type { Minted, Vendor } from '../vendors/vendor.ts';
import { Line } from './line.ts';
import { WarmTokens } from './warm.ts';
import type { Watch } from './watch.ts';

const failures: string[] = [];
const watch: Watch = {
  offered: () => undefined,
  granted: () => undefined,
  ended: () => undefined,
  called: () => undefined,
  failed: (what) => failures.push(what),
  breaker: () => undefined,
  unknown: () => undefined,
};
const preset: Preset = {
  name: 'a',
  vendor: 'anam',
  description: undefined,
  caps: { maxSessionSeconds: 60 },
  request: { n: 1 },
  warm: 3,
};

afterEach(() => {
  vi.restoreAllMocks();
  failures.length = 0;
});

function shelf(
  mint: (n: number) => Promise<Minted>,
  presets: readonly Preset[] = [preset],
): { tokens: WarmTokens; minted: () => number } {
  let n = 0;
  const vendor: Vendor = {
    name: 'anam',
    capabilities: { stop: false, keepAlive: false },
    mint: () => mint(n++),
    close: () => Promise.resolve(),
  };
  const line = new Line('anam', watch);
  const tokens = new WarmTokens({ vendors: { anam: vendor }, lineTo: () => line, watch });
  tokens.use(presets);
  return { tokens, minted: () => n };
}

const token = (n: number, livesMs = 3_600_000): Promise<Minted> =>
  Promise.resolve({ token: String(n), expiresAt: new Date(Date.now() + livesMs), connect: {} });

/** Lets everything end that has begun and waits for no timer. */
const settled = (): Promise<void> => wait(1);

test('each token is handed out once, and the shelf is filled again', async () => {
  const { tokens, minted } = shelf((n) => token(n));
  tokens.fill();
  await settled();
  const taken: (string | undefined)[] = [];
  for (let n = 0; n < 50; n++) {
    taken.push(tokens.take(preset)?.token, tokens.take(preset)?.token);
    await settled();
  }
  expect(taken).not.toContain(undefined);
  expect(new Set(taken).size).toBe(100);
  expect(minted()).toBe(103);
});

test('an empty shelf gives nothing, and whoever asked does not wait for it', () => {
  const { tokens } = shelf(() => new Promise(() => undefined));
  tokens.fill();
  expect(tokens.take(preset)).toBeUndefined();
});

test.each<[string, (n: number) => Promise<Minted>]>([
  ['about to expire', (n) => token(n, 100_000)],
  ['within its margin of expiry', (n) => token(n, REDEEM_SECONDS * 1_000 + WARM_MARGIN_MS - 1)],
  ['whose end the vendor does not name', (n) => Promise.resolve({ token: String(n), connect: {} })],
])('a token %s is not kept, and the vendor is not asked for another at once', async (_what, mint) => {
  const { tokens, minted } = shelf(mint);
  tokens.fill();
  await settled();
  expect(tokens.take(preset)).toBeUndefined();
  await settled();
  expect(minted()).toBe(3);
  expect(failures).toEqual(['warm', 'warm', 'warm']);
});

test.each([
  ['with time', 3_500_000, 3_500_000],
  ['while the clock on the wall was set back', -7_200_000, 3_500_000],
  ['while the machine slept', 3_500_000, 0],
])('a token that grew old on the shelf %s is replaced', async (_when, wallMs, steadyMs) => {
  const { tokens, minted } = shelf((n) => token(n));
  tokens.fill();
  await settled();
  expect(minted()).toBe(3);
  const [wall, steady] = [Date.now(), performance.now()];
  vi.spyOn(Date, 'now').mockReturnValue(wall + wallMs);
  vi.spyOn(performance, 'now').mockReturnValue(steady + steadyMs);
  tokens.fill();
  await settled();
  expect([minted(), tokens.take(preset)?.token]).toEqual([6, '3']);
});

test('a clock on the wall that is slow keeps no token longer than one lives', async () => {
  const SLOW_MS = 600_000;
  const unusedMs = REDEEM_SECONDS * 1_000 + WARM_MARGIN_MS;
  const { tokens, minted } = shelf(
    (n) => token(n, LONGEST_TOKEN_LIFE_MS + SLOW_MS),
    [{ ...preset, warm: 2 }],
  );
  tokens.fill();
  await settled();
  const [wall, steady] = [Date.now(), performance.now()];
  const pass = (ms: number): void => {
    vi.spyOn(Date, 'now').mockReturnValue(wall + ms);
    vi.spyOn(performance, 'now').mockReturnValue(steady + ms);
  };
  pass(LONGEST_TOKEN_LIFE_MS - unusedMs - 1_000);
  tokens.fill();
  expect(minted()).toBe(2);
  pass(LONGEST_TOKEN_LIFE_MS - unusedMs);
  tokens.fill();
  expect(minted()).toBe(4);
});

test('a preset whose request changed has none of its old tokens; one whose caps changed keeps them', async () => {
  const { tokens } = shelf((n) => token(n));
  tokens.fill();
  await settled();
  const roomier = { ...preset, sessions: 1 };
  tokens.use([roomier]);
  expect(tokens.take(roomier)?.token).toBe('0');
  const changed = { ...preset, request: { n: 2 } };
  tokens.use([changed]);
  expect(tokens.take(changed)).toBeUndefined();
  // A grant that was begun with the old file gets nothing of the new one's either.
  await settled();
  expect(tokens.take(preset)).toBeUndefined();
  expect(tokens.take(changed)?.token).toBeDefined();
});

test('what is under way when a preset changes is thrown away', async () => {
  const answers: (() => void)[] = [];
  const { tokens } = shelf(
    (n) =>
      new Promise((resolve) => {
        answers.push(() => {
          void token(n).then(resolve);
        });
      }),
    [{ ...preset, warm: 1 }],
  );
  tokens.fill();
  const changed = { ...preset, warm: 1, request: { n: 2 } };
  tokens.use([changed]);
  answers.splice(0).forEach((answer) => {
    answer();
  });
  await settled();
  expect(tokens.take(changed)).toBeUndefined();
});

test('few are minted at once, whatever the number of presets', async () => {
  let underWay = 0;
  let most = 0;
  const presets = ['a', 'b', 'c'].map((name) => ({ ...preset, name, warm: 10 }));
  const { tokens, minted } = shelf(async (n) => {
    most = Math.max(most, ++underWay);
    await settled();
    underWay--;
    return token(n);
  }, presets);
  tokens.fill();
  await expect.poll(minted).toBe(30);
  expect(most).toBe(WARM_AT_ONCE);
});

test.each([
  ['its time', WARM_AGAIN_MS * 3, WARM_AGAIN_MS * 3],
  ['the longest time, which it exceeds,', 1_790_000_000_000, LONGEST_VENDOR_WAIT_MS],
])('a vendor that fails is not asked again before %s for any preset', async (_when, retryAfterMs, waitMs) => {
  const other = { ...preset, name: 'b' };
  const limited = new RateLimitError({
    code: 'rate_limited',
    vendor: 'anam',
    message: 'x',
    retryAfterMs,
  });
  const { tokens, minted } = shelf(() => Promise.reject(limited), [preset, other]);
  const now = performance.now();
  const clock = vi.spyOn(performance, 'now').mockReturnValue(now);
  tokens.fill();
  await settled();
  expect(minted()).toBe(WARM_AT_ONCE);
  clock.mockReturnValue(now + waitMs - 1);
  tokens.fill();
  expect(minted()).toBe(WARM_AT_ONCE);
  clock.mockReturnValue(now + waitMs);
  tokens.fill();
  expect(minted()).toBe(2 * WARM_AT_ONCE);
  await settled();
  expect(new Set(failures)).toEqual(new Set(['warm']));
});

test('nothing is minted for a server that ends', () => {
  const { tokens, minted } = shelf((n) => token(n));
  tokens.close();
  tokens.fill();
  expect(minted()).toBe(0);
});
