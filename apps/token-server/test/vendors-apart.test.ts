import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { LINE_LENGTH } from '../src/config/constants.ts';
import type { Preset } from '../src/config/presets.ts';
import { askForSession, type Reply } from './ask.ts';
import { PATHS, startFakeVendor, type FakeVendor } from './fake-vendor.ts';
import { metricsOf } from './metrics-of.ts';
import { accountsAt, start, type Started } from './start.ts';

let bad: FakeVendor;
let good: FakeVendor;
let started: Started;

const simli: Preset = {
  name: 'simli',
  vendor: 'simli',
  description: undefined,
  caps: { maxSessionSeconds: 60 },
  request: { faceId: 'x' },
};
const anam: Preset = {
  ...simli,
  name: 'anam',
  vendor: 'anam',
  request: { personaConfig: { avatarId: 'x', maxSessionLengthSeconds: 60 } },
};
const presets: Preset[] = [
  simli,
  anam,
  { ...simli, name: 'with-others', fallback: ['simli-too', 'anam', 'anam-too'] },
  { ...simli, name: 'simli-too' },
  { ...anam, name: 'anam-too' },
];

beforeAll(async () => {
  bad = await startFakeVendor();
  good = await startFakeVendor();
});
afterAll(async () => {
  await bad[Symbol.asyncDispose]();
  await good[Symbol.asyncDispose]();
});
beforeEach(async () => {
  const accounts = { ...accountsAt(good.url), simli: accountsAt(bad.url).simli };
  started = await start(accounts, { presets, metrics: { host: '127.0.0.1', port: 0 } });
});
afterEach(async () => {
  bad.answer(PATHS.simli, 'well');
  bad.release();
  await started[Symbol.asyncDispose]();
});

const mint = (preset: string): Promise<Reply> => askForSession(started.url, { preset });
const codeOf = ({ json }: Reply): unknown => (json as { code?: unknown }).code;

/** Asks all at once, so that what is to be slow does not make the test slow. */
async function untilPaused(): Promise<Reply> {
  for (;;) {
    const replies = await Promise.all([1, 2, 3, 4, 5, 6].map(() => mint('simli')));
    const paused = replies.find((reply) => codeOf(reply) === 'vendor_paused');
    if (paused !== undefined) return paused;
  }
}

test('while one vendor hangs, its line fills, the next is refused at once, and the others are served', async () => {
  bad.answer(PATHS.simli, 'hang');
  const asked = bad.asked.length;
  const waiting = Array.from({ length: LINE_LENGTH }, () => mint('simli'));
  await expect
    .poll(() => bad.asked.slice(asked).filter(({ path }) => path === PATHS.simli).length)
    .toBe(LINE_LENGTH);
  const refused = await mint('simli');
  expect([refused.status, codeOf(refused), refused.headers['retry-after']]).toEqual([
    503,
    'vendor_line_full',
    '1',
  ]);
  const others = await Promise.all(Array.from({ length: 100 }, () => mint('anam')));
  expect(others.every(({ status }) => status === 201)).toBe(true);
  expect((await mint('with-others')).json).toMatchObject({ preset: 'anam' });
  bad.answer(PATHS.simli, 'well');
  bad.release();
  expect((await Promise.all(waiting)).every(({ status }) => status === 201)).toBe(true);
});

test('a vendor that answers nothing but 503 is left alone, is told of, and comes back by itself', async () => {
  bad.answer(PATHS.simli, { status: 503 });
  const paused = await untilPaused();
  expect([paused.status, paused.json]).toMatchObject([503, { code: 'vendor_paused', limit: 'vendor' }]);
  expect(Number(paused.headers['retry-after'])).toBeGreaterThan(0);
  const metrics = await metricsOf(started);
  expect(metrics).toContain('token_server_breaker{vendor="simli"} 2');
  expect(metrics).toContain('token_server_breaker{vendor="anam"} 0');
  expect(metrics).toMatch(/token_server_requests_total\{[^}]*code="vendor_paused"\} [1-9]/);

  const others = await Promise.all(Array.from({ length: 100 }, () => mint('anam')));
  expect(others.every(({ status }) => status === 201)).toBe(true);

  bad.answer(PATHS.simli, 'well');
  await expect.poll(async () => (await mint('simli')).status, { timeout: 15_000 }).toBe(201);
  expect(await metricsOf(started)).toContain('token_server_breaker{vendor="simli"} 0');
});

test('a preset’s others stand in, in their order', async () => {
  bad.answer(PATHS.simli, { status: 503 });
  await untilPaused();
  const asked = bad.asked.length;
  expect((await mint('with-others')).json).toMatchObject({ preset: 'anam', vendor: 'anam' });
  // The vendor that is left alone was not asked for its second preset either.
  expect(bad.asked.length).toBe(asked);
});

test('a vendor that refuses our key is no reason to leave others alone, and others stand in', async () => {
  bad.answer(PATHS.simli, { status: 401, body: { detail: 'INVALID_API_KEY' } });
  for (let n = 0; n < 10; n++) expect(codeOf(await mint('simli'))).toBe('vendor_refused');
  expect((await mint('with-others')).json).toMatchObject({ preset: 'anam' });
});
