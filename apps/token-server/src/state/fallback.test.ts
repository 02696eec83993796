import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { REMEMBER_ENDED_MS } from '../config/constants.ts';
import { haveRedis, startRedis, type RedisServer } from '../../test/redis-server.ts';
import { admitted, end, session } from '../../test/state-sessions.ts';
import { FallbackState } from './fallback.ts';
import { MemoryState } from './memory.ts';
import { RedisState } from './redis.ts';
import { DAY_MS, SessionElsewhere, StateUnavailable } from './state.ts';

describe.skipIf(!haveRedis)('two replicas whose Redis goes', () => {
  let redis: RedisServer;
  let one: FallbackState;
  let other: FallbackState;
  const both = (): FallbackState[] => [one, other];
  const healths = (): string[] => both().map((state) => state.health());
  beforeEach(async () => {
    redis = await startRedis();
    [one, other] = [redis.url, redis.url].map((url) => new FallbackState(new RedisState(url))) as [
      FallbackState,
      FallbackState,
    ];
    for (const state of both()) expect(await state.connected(5_000)).toBe(true);
  });
  afterEach(async () => {
    for (const state of both()) await state.close();
    await redis[Symbol.asyncDispose]();
  });

  async function lose(): Promise<void> {
    await redis.kill();
    await expect.poll(healths).toEqual(['degraded', 'degraded']);
  }

  async function findAgain(): Promise<void> {
    await redis.restart();
    await expect.poll(healths, { timeout: 5_000 }).toEqual(['ok', 'ok']);
  }

  test('go on, each with limits of its own', async () => {
    const limits = { caller: 1 };
    expect(await one.reserve(session(), limits)).toHaveProperty('id');
    await lose();
    for (const state of both()) {
      expect(await state.reserve(session(), limits)).toHaveProperty('id');
      expect(await state.reserve(session(), limits)).toMatchObject({ limit: 'caller' });
      const rate = { key: 'a', count: 1, windowMs: 60_000 };
      expect(await state.take([rate])).toBeUndefined();
      expect(await state.take([rate])).toMatchObject({ index: 0 });
    }
    await findAgain();
    expect(await one.reserve(session(), limits)).toHaveProperty('id');
    expect(await other.reserve(session(), limits)).toMatchObject({ limit: 'caller' });
  });

  test('take no session for over that they cannot see', async () => {
    const before = await admitted(one);
    await lose();
    const during = await admitted(one);
    for (const state of both()) await expect(state.find(before.id)).rejects.toThrow(StateUnavailable);
    await expect(one.list('ada')).rejects.toThrow(StateUnavailable);
    expect(await one.find(during.id)).toEqual(during);
    await expect(other.find(during.id)).rejects.toThrow(StateUnavailable);
    await findAgain();
    // The Redis of the test comes back empty.
    for (const state of both()) expect(await state.find(before.id)).toBeUndefined();
    await expect(other.find(during.id)).rejects.toThrow(StateUnavailable);
    expect(await one.find(during.id)).toEqual(during);
  });

  test('judge a session by the clock of the store that has it', async () => {
    const local = new MemoryState(() => Date.now() + 3_600_000);
    const ahead = new FallbackState(new RedisState(redis.url), local);
    await ahead.connected(5_000);
    const shared = await admitted(ahead);
    await redis.kill();
    await expect.poll(() => ahead.health()).toBe('degraded');
    const { id } = await admitted(ahead);
    await findAgain();
    await expect.poll(() => ahead.health()).toBe('ok');
    expect((await ahead.now(id)) - (await ahead.now(shared.id))).toBeGreaterThan(3_000_000);
    expect((await ahead.now(id)) - (await ahead.now())).toBeGreaterThan(3_000_000);
    await ahead.close();
  });

  test('end what they granted alone, then and later', async () => {
    await lose();
    const [first, second] = [await admitted(one), await admitted(one, { pendingMs: 1 })];
    await expect.poll(() => one.due(10)).toEqual([second.id]);
    expect(await end(one, first.id, 1)).toMatchObject({ status: 'ended' });
    expect(await one.own()).toEqual([second]);
    await findAgain();
    const shared = await admitted(one);
    expect((await one.list('ada')).map(({ id }) => id)).toEqual([shared.id, second.id]);
    expect((await one.listVendor('anam')).map(({ id }) => id)).toEqual([shared.id, second.id]);
    const late = await admitted(other, { pendingMs: 1 });
    await expect.poll(() => one.due(10)).toEqual([second.id, late.id]);
    expect(await one.due(1)).toHaveLength(1);
    expect(await end(one, second.id, 1)).toMatchObject({ status: 'ended' });
    expect(await end(other, shared.id, 1)).toMatchObject({ status: 'ended' });
  });

  test('keep the intents of the outage apart', async () => {
    await one.claimIntent('before', 'f', 'a', 60_000);
    await lose();
    expect(await one.completeIntent('before', 'a', 'text', 60_000).catch(() => 'lost')).toBe('lost');
    expect(await one.claimIntent('during', 'f', 'b', 60_000)).toEqual({ kind: 'yours' });
    await findAgain();
    expect(await one.completeIntent('during', 'b', 'text', 60_000)).toBe(true);
    expect(await one.claimIntent('after', 'f', 'c', 60_000)).toEqual({ kind: 'yours' });
    expect(await one.completeIntent('after', 'c', 'text', 60_000)).toBe(true);
    expect(await other.claimIntent('after', 'f', 'd', 60_000)).toEqual({ kind: 'done', sealed: 'text' });
  });
});

describe('a session that one replica granted alone', () => {
  let now = 0;
  beforeEach(() => {
    now = 20_000 * DAY_MS;
  });

  /** A replica in an outage that has begun before it did. */
  function replica(): FallbackState {
    const away = new MemoryState();
    away.reserve = () => Promise.reject(new StateUnavailable('away'));
    return new FallbackState(away, new MemoryState(() => now));
  }

  test('may be granted beside as many as there may be, and by one command that fails', async () => {
    const limits = { caller: 1 };
    const shared = new MemoryState();
    const state = new FallbackState(shared);
    expect(await state.reserve(session(), limits)).toHaveProperty('id');
    expect(await state.reserve(session(), limits)).toMatchObject({ limit: 'caller' });
    vi.spyOn(shared, 'reserve').mockRejectedValueOnce(new StateUnavailable('a blip'));
    expect(await state.reserve(session(), limits)).toHaveProperty('id');
    expect(state.health()).toBe('ok');
    expect(await state.reserve(session(), limits)).toMatchObject({ limit: 'caller' });
    expect(await state.list('ada')).toHaveLength(2);
  });

  test('is over, there, once it has been forgotten', async () => {
    const state = replica();
    const { id } = await admitted(state);
    await end(state, id, 1);
    expect(await state.find(id)).toMatchObject({ status: 'ended' });
    now += REMEMBER_ENDED_MS + 1;
    await state.due(1);
    expect(await state.find(id)).toBeUndefined();
  });

  test('is not over, elsewhere, for as long as it may be remembered', async () => {
    const { id } = await admitted(replica(), { leaseMs: DAY_MS });
    const other = replica();
    for (const days of [0, 1, 1.5]) {
      now += days * DAY_MS;
      await expect(other.find(id)).rejects.toThrow(SessionElsewhere);
    }
    now += DAY_MS;
    expect(await other.find(id)).toBeUndefined();
  });

  test.each(['00000000-0000-8000-8000-000000000000', 'ffffffff-ffff-8fff-bfff-ffffffffffff'])(
    'is none by an id that nobody can have made (%s)',
    async (id) => {
      expect(await replica().find(id)).toBeUndefined();
    },
  );

  test('has an id as any other, and no two have the same', async () => {
    const state = replica();
    const ids: string[] = [];
    for (let n = 0; n < 1_000; n++) ids.push((await admitted(state)).id);
    expect(new Set(ids).size).toBe(1_000);
    const uuid = /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
    expect(ids.filter((id) => !uuid.test(id))).toEqual([]);
  });
});
