import { describe, expect, test } from 'vitest';
import { SESSION_ID, startFakeVendor, TOKENS } from '../../test/fake-vendor.ts';
import { accountsAt } from '../../test/start.ts';
import { LiveAvatarVendor } from './liveavatar.ts';
import type { ActiveSessions, Stopped } from './vendor.ts';

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

describe('the list of what runs', () => {
  const PAGE = 100;

  interface Listing {
    readonly pages: readonly (readonly string[])[];
    /** What the vendor says there are; by default as many as the pages have. */
    readonly count?: number;
    /** Whether each page but the last names the next one. */
    readonly hasNext?: boolean;
  }

  /** What is read where the vendor has these pages, and empty ones after them. */
  async function listed({ pages, count, hasNext = false }: Listing): Promise<ActiveSessions> {
    await using fake = await startFakeVendor();
    const all = count ?? pages.flat().length;
    for (const [at, ids] of [...pages, ...Array.from({ length: 10 }, () => [])].entries()) {
      const next = hasNext && at + 1 < pages.length ? `${fake.url}/v1/sessions?page=${at + 2}` : null;
      fake.answer(`/v1/sessions?type=active&page=${at + 1}&page_size=${PAGE}`, {
        body: { code: 1000, data: { count: all, next, results: ids.map((id) => ({ id })) }, message: 'ok' },
      });
    }
    const liveavatar = new LiveAvatarVendor(accountsAt(fake.url).liveavatar);
    const list = await liveavatar.listActive();
    await liveavatar.close();
    return list;
  }

  /** So many pages of so many sessions each, and what is on the last one. */
  const pagesOf = (size: number, full: number, more: number): readonly string[][] =>
    [...Array.from({ length: full }, () => size), more].map((length, page) =>
      Array.from({ length }, (_, at) => `${page}-${at}`),
    );

  test.each([
    ['full', PAGE, undefined, false],
    ['shorter than was asked for, as the count says', 20, undefined, false],
    ['shorter than was asked for, as each names the next', 20, 20, true],
  ])('is read page by page where pages are %s', async (_how, size, count, hasNext) => {
    const { ids, whole } = await listed({ pages: pagesOf(size, 2, 3), hasNext, ...(count && { count }) });
    expect([ids.length, new Set(ids).size, whole]).toEqual([2 * size + 3, 2 * size + 3, true]);
  });

  test('is whole where nothing runs', async () => {
    expect(await listed({ pages: [] })).toEqual({ ids: [], whole: true });
  });

  test.each([
    ['when it goes on beyond what is read', { pages: pagesOf(PAGE, 10, 1) }, 1_000],
    ['when it ends before its count', { pages: pagesOf(PAGE, 0, 3), count: 4 }, 3],
    ['when its count has some twice', { pages: [['a', 'b'], ['b']] }, 2],
  ])('is not taken for whole %s', async (_when, listing, read) => {
    const { ids, whole } = await listed(listing);
    expect([ids.length, whole]).toEqual([read, false]);
  });
});

test.each([
  ['that has not ended', { body: { code: 1000, data: { id: SESSION_ID }, message: 'ok' } }, true],
  [
    'that has ended',
    {
      body: { code: 1000, data: { id: SESSION_ID, end_at: '2026-01-01T00:01:00Z' }, message: 'ok' },
    },
    false,
  ],
  ['that is not there', { status: 404, body: { code: 404, data: null, message: 'none' } }, false],
])('whether a session runs is read from its record: one %s', async (_what, looked, runs) => {
  await using fake = await startFakeVendor();
  fake.answer(`/v1/sessions/${SESSION_ID}`, looked);
  const liveavatar = new LiveAvatarVendor(accountsAt(fake.url).liveavatar);
  expect(await liveavatar.runs(SESSION_ID)).toBe(runs);
  await liveavatar.close();
});

describe('a stop that the vendor answers with 404 or 400', () => {
  const record = `/v1/sessions/${SESSION_ID}`;
  const refusals = [404, 400].map((status) => ({
    status,
    body: { code: status, data: null, message: 'none' },
  }));

  async function stopped(refusal: object, looked: object): Promise<Stopped> {
    await using fake = await startFakeVendor();
    fake.answer('/v1/sessions/stop', refusal);
    fake.answer(record, looked);
    const liveavatar = new LiveAvatarVendor(accountsAt(fake.url).liveavatar);
    try {
      return await liveavatar.stop(SESSION_ID, 'asked');
    } finally {
      await liveavatar.close();
    }
  }

  test.each(refusals)('$status is of a session that is over, where its record says so', async (refusal) => {
    const data = { id: SESSION_ID, created_at: '2026-01-01T00:00:00Z', end_at: '2026-01-01T00:01:00Z' };
    expect(await stopped(refusal, { body: { code: 1000, data, message: 'ok' } })).toBe('over');
  });

  test.each(refusals)('$status is of one that has not ended, where its record says so', async (refusal) => {
    const data = { id: SESSION_ID, created_at: '2026-01-01T00:00:00Z' };
    expect(await stopped(refusal, { body: { code: 1000, data, message: 'ok' } })).toBe('unended');
  });

  test.each(refusals)('$status may be of one that is still to begin, where it has none', async (refusal) => {
    expect(await stopped(refusal, refusal)).toBe('none_runs');
  });
});

describe('a page of a proxy is no word of the vendor', () => {
  const pages = [404, 400].map((status) => ({ status, body: '<html><h1>Not Found</h1></html>' }));

  test.each(pages)('about a stop or a keep-alive that it answers with $status', async (page) => {
    await using fake = await startFakeVendor();
    fake.answer('/v1/sessions/stop', page);
    fake.answer('/v1/sessions/keep-alive', page);
    const liveavatar = new LiveAvatarVendor(accountsAt(fake.url).liveavatar);
    await expect(liveavatar.stop(SESSION_ID, 'asked')).rejects.toMatchObject({ status: page.status });
    await expect(liveavatar.keepAlive(SESSION_ID)).rejects.toMatchObject({ status: page.status });
    await liveavatar.close();
  });

  test('about a record that it does not find', async () => {
    await using fake = await startFakeVendor();
    fake.answer(`/v1/sessions/${SESSION_ID}`, { status: 404, body: '<html></html>' });
    const liveavatar = new LiveAvatarVendor(accountsAt(fake.url).liveavatar);
    await expect(liveavatar.runs(SESSION_ID)).rejects.toMatchObject({ status: 404 });
    await liveavatar.close();
  });
});
