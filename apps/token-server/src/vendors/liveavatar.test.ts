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
  const pathOf = (page: number): string => `/v1/sessions?type=active&page=${page}&page_size=${PAGE}`;

  /** So many pages of a hundred, and what is on the next one. */
  async function listed(fullPages: number, more: number): Promise<ActiveSessions> {
    await using fake = await startFakeVendor();
    const count = fullPages * PAGE + more;
    for (let page = 1; page <= fullPages + 1; page++) {
      const results = Array.from({ length: page <= fullPages ? PAGE : more }, (_, at) => ({
        id: `${page}-${at}`,
      }));
      fake.answer(pathOf(page), { body: { code: 1000, data: { count, results }, message: 'ok' } });
    }
    const liveavatar = new LiveAvatarVendor(accountsAt(fake.url).liveavatar);
    const list = await liveavatar.listActive();
    await liveavatar.close();
    return list;
  }

  test('is read page by page', async () => {
    const { ids, whole } = await listed(2, 3);
    expect([ids.length, new Set(ids).size, whole]).toEqual([203, 203, true]);
  });

  test('is not taken for whole when it goes on beyond what is read', async () => {
    const { ids, whole } = await listed(10, 1);
    expect([ids.length, whole]).toEqual([1_000, false]);
  });
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

  test.each(refusals)('$status may be of one that is still to begin', async (refusal) => {
    const data = { id: SESSION_ID, created_at: '2026-01-01T00:00:00Z' };
    expect(await stopped(refusal, { body: { code: 1000, data, message: 'ok' } })).toBe('none_runs');
    expect(await stopped(refusal, refusal)).toBe('none_runs');
  });
});
