import { Redis } from 'ioredis';
import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { haveRedis, startRedis, type RedisServer } from '../../test/redis-server.ts';
import { letTimePass } from '../../test/faults/redis-time.ts';
import { admitted, end, session } from '../../test/state-sessions.ts';
import { MemoryState } from './memory.ts';
import { RedisState } from './redis.ts';
import { DAY_MS, type SessionRecord, type State } from './state.ts';

let redis: RedisServer;
beforeAll(async () => {
  if (haveRedis) redis = await startRedis();
});
afterAll(() => (haveRedis ? redis[Symbol.asyncDispose]() : undefined));

/** A store whose time passes at the test's word, and else as it does. */
interface Held {
  readonly state: State;
  readonly pass: (ms: number) => Promise<void>;
}

const stores: [string, () => Promise<Held>][] = [
  [
    'memory',
    () => {
      let passed = 0;
      const pass = (ms: number): Promise<void> => {
        passed += ms;
        return Promise.resolve();
      };
      return Promise.resolve({ state: new MemoryState(() => Date.now() + passed), pass });
    },
  ],
];
if (haveRedis) {
  stores.push([
    'Redis',
    async () => {
      const prefix = crypto.randomUUID();
      const state = new RedisState(redis.url, prefix);
      await state.connected(5_000);
      return { state, pass: (ms) => letTimePass(redis.url, prefix, ms) };
    },
  ]);
}

describe.each(stores)('%s', (_name, open) => {
  let state: State;
  let pass: Held['pass'];
  beforeEach(async () => {
    ({ state, pass } = await open());
    return () => state.close();
  });

  describe('rates', () => {
    test('let the whole count come at once, and then say when', async () => {
      const rate = { key: 'a', count: 3, windowMs: 60_000 };
      for (let n = 0; n < 3; n++) expect(await state.take([rate])).toBeUndefined();
      const refusal = await state.take([rate]);
      expect(refusal?.index).toBe(0);
      expect(refusal?.retryAfterMs).toBeGreaterThan(18_000);
      expect(refusal?.retryAfterMs).toBeLessThanOrEqual(20_000);
    });

    test('count all or none', async () => {
      const wide = { key: 'wide', count: 2, windowMs: 60_000 };
      const narrow = { key: 'narrow', count: 1, windowMs: 60_000 };
      expect(await state.take([wide, narrow])).toBeUndefined();
      expect(await state.take([wide, narrow])).toMatchObject({ index: 1 });
      expect(await state.take([wide])).toBeUndefined();
      expect(await state.take([wide])).toMatchObject({ index: 0 });
    });

    test('come back with time', async () => {
      const rate = { key: 'a', count: 2, windowMs: 200 };
      for (let n = 0; n < 2; n++) await state.take([rate]);
      const refusal = await state.take([rate]);
      await wait((refusal?.retryAfterMs ?? 0) + 5);
      expect(await state.take([rate])).toBeUndefined();
    });

    test.each([1, 30])(
      'that become smaller keep nobody out for longer than the new one would (%i)',
      async (count) => {
        const before = { key: 'a', count: 1_000, windowMs: 3_600_000 };
        for (let n = 0; n < 500; n++) await state.take([before]);
        const after = { key: 'a', count, windowMs: 60_000 };
        const { retryAfterMs = 0 } = (await state.take([after])) ?? {};
        expect(retryAfterMs).toBeGreaterThan(0);
        expect(retryAfterMs).toBeLessThanOrEqual(60_000 / count);
      },
    );

    test('are exact among a thousand at once', async () => {
      const rate = { key: 'a', count: 10, windowMs: 3_600_000 };
      const answers = await Promise.all(Array.from({ length: 1_000 }, () => state.take([rate])));
      expect(answers.filter((answer) => answer === undefined)).toHaveLength(10);
    });
  });

  describe('sessions', () => {
    test('are remembered whole', async () => {
      const terms = { heartbeatSeconds: 30, start: true, trustPages: false };
      const given = session({ tenant: 'acme', ...terms });
      const record = await state.reserve(given, {});
      const { leaseMs, pendingMs, ...kept } = given;
      expect(record).toMatchObject({ ...kept, status: 'pending' });
      const { createdAt, expiresAt, dueAt, day } = record as SessionRecord;
      expect([expiresAt - createdAt, dueAt - createdAt]).toEqual([leaseMs, pendingMs]);
      expect(day).toBe(Math.floor(createdAt / DAY_MS));
      expect(await state.find(given.id)).toEqual(record);
      expect(await state.list('ada')).toEqual([record]);
      expect(await state.listVendor('anam')).toEqual([record]);
      expect(await state.list('bob')).toEqual([]);
      expect(await state.find('nobody')).toBeUndefined();
    });

    test.each(['caller', 'preset', 'vendor'] as const)(
      'are exactly as many as a %s may have',
      async (limit) => {
        const answers = await Promise.all(
          Array.from({ length: 1_000 }, () => state.reserve(session(), { [limit]: 10 })),
        );
        expect(answers.filter((answer) => 'id' in answer)).toHaveLength(10);
        const refusal = answers.find((answer) => !('id' in answer));
        expect(refusal).toMatchObject({ limit });
        expect(refusal).toHaveProperty('retryAfterMs');
        expect((refusal as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(50_000);
        const ids = answers.flatMap((answer) => ('id' in answer ? [answer.id] : []));
        await end(state, ids[0] ?? '', 0);
        expect(await state.reserve(session(), { [limit]: 10 })).toHaveProperty('id');
      },
    );

    test.each(['caller', 'preset', 'vendor'] as const)(
      'are none where a %s may have none, however long one waits',
      async (limit) => {
        const none = { limit, retryAfterMs: undefined };
        expect(await state.reserve(session(), { [limit]: 0 })).toEqual(none);
        const { id } = await admitted(state);
        expect(await state.reserve(session(), { [limit]: 0 })).toEqual({
          limit,
          retryAfterMs: expect.any(Number) as number,
        });
        await end(state, id, 0);
        expect(await state.reserve(session(), { [limit]: 0 })).toEqual(none);
      },
    );

    test('make room when their lease has run out', async () => {
      await admitted(state, { leaseMs: 50_000 });
      expect(await state.reserve(session(), { caller: 1 })).toMatchObject({ limit: 'caller' });
      await pass(60_000);
      expect(await state.reserve(session(), { caller: 1 })).toHaveProperty('id');
    });

    test('take minutes from the day, and give back what they did not use', async () => {
      const limits = { secondsPerDay: 150 };
      const first = await admitted(state);
      expect(await state.reserve(session(), limits)).toHaveProperty('id');
      const refusal = await state.reserve(session(), limits);
      expect(refusal).toMatchObject({ limit: 'minutes' });
      expect((refusal as { retryAfterMs: number }).retryAfterMs).toBeLessThanOrEqual(DAY_MS);
      expect(await end(state, first.id, 20)).toMatchObject({ status: 'ended', usedSeconds: 20 });
      expect(await state.reserve(session(), limits)).toHaveProperty('id');
      expect(await state.reserve(session(), limits)).toMatchObject({ limit: 'minutes' });
      expect(await state.reserve(session({ caller: 'bob' }), limits)).toHaveProperty('id');
    });

    test('use no more than they reserved', async () => {
      const { id } = await admitted(state);
      expect(await end(state, id, 1_000)).toMatchObject({ usedSeconds: 60 });
    });

    test('change while they live', async () => {
      const { id, createdAt, expiresAt } = await admitted(state);
      const changed = await state.change(id, {
        status: 'live',
        vendorSessionId: 'v',
        dueInMs: 999_999,
        stamp: 'startedAt',
      });
      expect(changed).toMatchObject({ status: 'live', vendorSessionId: 'v', dueAt: expiresAt });
      expect(changed?.startedAt).toBeGreaterThanOrEqual(createdAt);
      expect(changed).not.toHaveProperty('lastSeenAt');
      expect(await state.find(id)).toEqual(changed);
      const seen = await state.change(id, { stamp: 'lastSeenAt' });
      expect(seen).toEqual({ ...changed, lastSeenAt: expect.any(Number) as number });
      await state.claimEnding(id, { reason: 'asked', claimMs: 1_000 });
      expect(await state.change(id, { stamp: 'lastSeenAt' })).toBeUndefined();
      await state.finishEnding(id, 0, 1_000);
      expect(await state.change(id, { stamp: 'lastSeenAt' })).toBeUndefined();
      expect(await state.change('nobody', { stamp: 'lastSeenAt' })).toBeUndefined();
    });

    test('are named at their vendor until they are over', async () => {
      const { id, dueAt } = await admitted(state);
      expect(await state.nameAtVendor(id, 'v', 1)).toMatchObject({ vendorSessionId: 'v', dueAt });
      const claimed = await state.claimEnding(id, { reason: 'asked', claimMs: 50_000 });
      const named = await state.nameAtVendor(id, 'w', 20_000);
      expect(named).toMatchObject({ status: 'ending', vendorSessionId: 'w' });
      expect(named?.dueAt).toBeLessThan(claimed?.dueAt ?? 0);
      expect(await state.find(id)).toEqual(named);
      await pass(20_001);
      expect(await state.due(10)).toEqual([id]);
      const putOff = await state.nameAtVendor(id, 'w', 999_999);
      expect(putOff?.dueAt).toBe(putOff?.expiresAt);
      expect(await state.due(10)).toEqual([]);
      await state.finishEnding(id, 0, 1_000);
      expect(await state.nameAtVendor(id, 'x', 1)).toBeUndefined();
      expect(await state.nameAtVendor('nobody', 'x', 1)).toBeUndefined();
      expect(await state.find('nobody')).toBeUndefined();
    });

    test('are ended by one of those who try', async () => {
      const { id } = await admitted(state);
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          state.claimEnding(id, { reason: `reason ${n}`, claimMs: 1_000 }),
        ),
      );
      expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
      expect(await state.list('ada')).toHaveLength(1);
      const ends = await Promise.all(Array.from({ length: 20 }, () => state.finishEnding(id, 1, 1_000)));
      expect(ends.filter((record) => record !== undefined)).toHaveLength(1);
      expect(await state.list('ada')).toEqual([]);
      expect(await state.find(id)).toMatchObject({ status: 'ended', endReason: 'reason 0' });
      expect(await state.claimEnding(id, { reason: 'again', claimMs: 1_000 })).toBeUndefined();
      expect(await state.finishEnding('nobody', 1, 1_000)).toBeUndefined();
    });

    test('whose end was claimed by somebody who died are due again', async () => {
      const { id } = await admitted(state);
      const first = await state.claimEnding(id, { reason: 'first', claimMs: 20_000 });
      expect(first?.endingAt).toBeGreaterThan(0);
      expect(await state.due(10)).toEqual([]);
      await pass(20_001);
      expect(await state.due(10)).toEqual([id]);
      const before = await state.find(id);
      const again = await state.claimEnding(id, { reason: 'second', claimMs: 1_000, onlyIfDue: true });
      expect(again).toMatchObject({ status: 'ending', endReason: 'first', endingAt: before?.endingAt });
    });

    test('that are not due are left alone by who only looks for those', async () => {
      const { id } = await admitted(state, { pendingMs: 20_000 });
      await pass(20_001);
      expect(await state.due(10)).toEqual([id]);
      await state.change(id, { dueInMs: 5_000 });
      expect(await state.due(10)).toEqual([]);
      expect(await state.claimEnding(id, { reason: 'late', claimMs: 9, onlyIfDue: true })).toBeUndefined();
    });

    test('that have ended are due until their receipt is noted, for one of those who ask', async () => {
      const { id } = await admitted(state);
      await state.claimEnding(id, { reason: 'asked', claimMs: 1_000 });
      expect(await state.claimReceipt(id, 20_000)).toBeUndefined();
      await state.finishEnding(id, 1, 20_000);
      expect([await state.due(10), await state.claimReceipt(id, 20_000)]).toEqual([[], undefined]);
      await pass(20_001);
      expect(await state.due(10)).toEqual([id]);
      const claims = await Promise.all(Array.from({ length: 9 }, () => state.claimReceipt(id, 20_000)));
      const given = claims.filter((claim) => claim !== undefined);
      expect(given).toEqual([expect.objectContaining({ id, status: 'ended', usedSeconds: 1 })]);
      expect(await state.due(10)).toEqual([]);
      await pass(20_001);
      // Who would end it gets nothing, and keeps nobody from its receipt.
      expect(await state.claimEnding(id, { reason: 'again', claimMs: 1_000 })).toBeUndefined();
      expect(await state.due(10)).toEqual([id]);
      await state.noteReceipt(id);
      expect([await state.due(10), await state.claimReceipt(id, 20_000)]).toEqual([[], undefined]);
      expect(await state.find(id)).toMatchObject({ status: 'ended', usedSeconds: 1 });
      await state.noteReceipt('nobody');
      expect(await state.find('nobody')).toBeUndefined();
    });

    test('can be put off, while they end', async () => {
      const { id } = await admitted(state, { pendingMs: 1 });
      await state.postpone(id, 5_000);
      await wait(5);
      expect(await state.due(10)).toEqual([id]);
      await state.claimEnding(id, { reason: 'late', claimMs: 1 });
      await state.postpone(id, 5_000);
      await wait(5);
      expect(await state.due(10)).toEqual([]);
      expect(await state.find(id)).not.toHaveProperty('startedAt');
      await state.postpone(id, 1, { startedAt: 5, unread: true });
      await state.postpone(id, 1);
      await wait(5);
      expect(await state.claimEnding(id, { reason: 'late', claimMs: 1 })).toMatchObject({
        startedAt: 5,
        unread: true,
      });
    });
  });

  describe('intents', () => {
    test('are one asker’s, until it is done', async () => {
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, n) => state.claimIntent('k', 'f', `holder ${n}`, 5_000)),
      );
      expect(claims.map(({ kind }) => kind).sort()).toEqual([
        ...Array.from({ length: 19 }, () => 'running'),
        'yours',
      ]);
      expect(await state.claimIntent('k', 'other', 'x', 5_000)).toEqual({ kind: 'other' });
      expect(await state.completeIntent('k', 'somebody', 'text', 5_000)).toBe(false);
      expect(await state.completeIntent('k', 'holder 0', 'text', 5_000)).toBe(true);
      expect(await state.claimIntent('k', 'f', 'x', 5_000)).toEqual({ kind: 'done', sealed: 'text' });
    });

    test('that came to nothing are the next asker’s', async () => {
      await state.claimIntent('k', 'f', 'a', 5_000);
      expect(await state.abandonIntent('k', 'b')).toBe(false);
      expect(await state.claimIntent('k', 'f', 'b', 5_000)).toEqual({ kind: 'running' });
      expect(await state.abandonIntent('k', 'a')).toBe(true);
      expect(await state.claimIntent('k', 'f', 'b', 5_000)).toEqual({ kind: 'yours' });
    });

    test('can be given back when they are done, and that somebody may have read the answer is said', async () => {
      await state.claimIntent('k', 'f', 'a', 5_000);
      await state.completeIntent('k', 'a', 'text', 5_000);
      expect(await state.abandonIntent('k', 'a')).toBe(false);
      expect(await state.claimIntent('k', 'f', 'b', 5_000)).toEqual({ kind: 'yours' });
    });

    test('of an asker that died are forgotten', async () => {
      await state.claimIntent('k', 'f', 'a', 20_000);
      await pass(20_001);
      expect(await state.claimIntent('k', 'g', 'b', 20_000)).toEqual({ kind: 'yours' });
      expect(await state.completeIntent('k', 'a', 'text', 20_000)).toBe(false);
    });
  });

  test('a task is one asker’s at a time', async () => {
    const claims = await Promise.all(Array.from({ length: 9 }, () => state.claimTask('reap', 20_000)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    await pass(20_001);
    expect(await state.claimTask('reap', 20_000)).toBe(true);
  });

  test('a task that was claimed by a name may be claimed by it again, and by no other', async () => {
    expect(await state.claimTask('name', 20_000, 'a')).toBe(true);
    const again = [undefined, 'b', 'a'].map((holder) => state.claimTask('name', 20_000, holder));
    expect(await Promise.all(again)).toEqual([false, false, true]);
    await pass(20_001);
    expect(await state.claimTask('name', 20_000, 'b')).toBe(true);
    expect(await state.claimTask('name', 20_000, 'a')).toBe(false);
  });
});

test('a rate lets a burst through, and then no more than its count in each window', async () => {
  let now = 0;
  const state = new MemoryState(() => now);
  const passed = [0, 0, 0];
  for (now = 0; now < 180_000; now += 100) {
    const refusal = await state.take([{ key: 'a', count: 30, windowMs: 60_000 }]);
    const window = Math.floor(now / 60_000);
    if (refusal === undefined) passed[window] = (passed[window] ?? 0) + 1;
  }
  expect(passed).toEqual([59, 30, 30]);
});

test('memory tells when one of very many leases ends', async () => {
  let now = 0;
  const state = new MemoryState(() => now++);
  const most = 150_000;
  const leaseMs = 600_000;
  for (let n = 0; n < most; n++) await state.reserve(session({ leaseMs }), {});
  const retryAfterMs = leaseMs - most;
  expect(await state.reserve(session(), { vendor: most })).toEqual({ limit: 'vendor', retryAfterMs });
});

test('memory keeps nothing of those whom it refuses', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heap = (): number => {
    collect();
    return process.memoryUsage().heapUsed / 2 ** 20;
  };
  const state = new MemoryState();
  await admitted(state);
  const before = heap();
  for (let n = 0; n < 50_000; n++) {
    const refused = { id: 'x', caller: `caller ${n}` };
    expect(await state.reserve(session(refused), { caller: 2, preset: 1 })).toMatchObject({
      limit: 'preset',
    });
  }
  // A map for each of them would be 14 MiB.
  expect(heap() - before).toBeLessThan(3);
  expect(await state.list('ada')).toHaveLength(1);
});

test('memory forgets what is over, and a day later what has no receipt', async () => {
  let now = 1_000 * DAY_MS;
  const state = new MemoryState(() => now);
  const [{ id }, unnoted] = [await admitted(state), await admitted(state)];
  await end(state, id, 0);
  await state.claimEnding(unnoted.id, { reason: 'asked', claimMs: 1_000 });
  await state.finishEnding(unnoted.id, 0, 1_000);
  now += 601_000;
  expect(await state.due(9)).toEqual([unnoted.id]);
  expect(await state.find(id)).toBeUndefined();
  now += DAY_MS;
  expect(await state.due(9)).toEqual([]);
  expect(await state.find(unnoted.id)).toBeUndefined();
});

describe.skipIf(!haveRedis)('Redis alone', () => {
  test('keeps the minutes of two days, and gives none back to a day that it has forgotten', async () => {
    const client = new Redis(redis.url);
    const state = new RedisState(redis.url, 'midnight');
    await state.connected(5_000);
    const minutes = '{midnight}:minutes:ada';
    const first = await admitted(state);
    const [today, yesterday, before] = [first.day, first.day - 1, first.day - 2].map(String) as [
      string,
      string,
      string,
    ];
    // As two midnights leave it.
    await client.hset(minutes, { [yesterday]: 7, [before]: 7 });
    const second = await admitted(state);
    expect(await client.hgetall(minutes)).toEqual({ [today]: '120', [yesterday]: '7' });
    await client.hset(`{midnight}:session:${first.id}`, 'day', before);
    await end(state, first.id, 20);
    expect(await client.hgetall(minutes)).toEqual({ [today]: '120', [yesterday]: '7' });
    await client.hset(`{midnight}:session:${second.id}`, 'day', yesterday);
    await end(state, second.id, 59);
    expect(await client.hgetall(minutes)).toEqual({ [today]: '120', [yesterday]: '6' });
    client.disconnect();
    await state.close();
  });

  test('keeps every key for a time, and all in one slot', async () => {
    const client = new Redis(redis.url);
    const state = new RedisState(redis.url, 'layout');
    await state.connected(5_000);
    const { id } = await admitted(state);
    await admitted(state);
    await end(state, id, 1);
    await state.take([{ key: 'caller:ada', count: 1, windowMs: 60_000 }]);
    await state.claimIntent('k', 'f', 'h', 60_000);
    await state.claimTask('reap', 60_000);
    const keys = await client.keys('*layout*');
    expect(keys.length).toBeGreaterThanOrEqual(9);
    for (const key of keys) {
      expect(key).toMatch(/^\{layout\}:/);
      expect(await client.pttl(key)).toBeGreaterThan(0);
    }
    client.disconnect();
    await state.close();
  });
});
