import { Redis } from 'ioredis';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { haveRedis, startRedis } from '../../test/redis-server.ts';
import { down, face, setStage, type Stage } from '../../test/stage.ts';
import { startedHost } from '../../test/started-host.ts';
import {
  ENDS_AT_ONCE,
  START_IN_DOUBT_MS,
  STOP_AGAIN_MS,
  SWEEP_BATCH,
  SWEEP_MS,
} from '../config/constants.ts';
import type { Preset } from '../config/presets.ts';
import { FallbackState } from '../state/fallback.ts';
import { MemoryState } from '../state/memory.ts';
import { RedisState } from '../state/redis.ts';
import { StateUnavailable, type SessionRecord } from '../state/state.ts';
import type { Stopped } from '../vendors/vendor.ts';

const SILENCE_MS = 90_000;

const presets: readonly Preset[] = [startedHost, { ...face, caps: { maxSessionSeconds: 60 } }];

/** Memory that can be away, and that others share, as Redis is. */
class Shaky extends MemoryState {
  away = false;

  override isOwn(): boolean {
    return false;
  }

  override due(limit: number): Promise<readonly string[]> {
    return this.away ? Promise.reject(new StateUnavailable('away')) : super.due(limit);
  }

  override reserve(...asked: Parameters<MemoryState['reserve']>): ReturnType<MemoryState['reserve']> {
    return this.away ? Promise.reject(new StateUnavailable('away')) : super.reserve(...asked);
  }
}

/** A stage whose sweeper has been at work for long. */
async function atWork(given: Partial<Parameters<typeof setStage>[0]> = {}): Promise<Stage> {
  const stage = setStage({ presets, ...given });
  await stage.broker.sweeper.sweep();
  stage.pass(10 * SILENCE_MS);
  return stage;
}

async function sweep({ broker: { sweeper } }: Stage): Promise<void> {
  await sweeper.sweep();
  await sweeper.idle();
}

/** Sweeps until those that found no room at their vendor have had their turn. */
async function sweepInTurns(stage: Stage): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await sweep(stage);
    stage.pass(STOP_AGAIN_MS);
  }
}

async function grantMany({ grant }: Stage, preset: string, count: number): Promise<readonly SessionRecord[]> {
  const sessions: SessionRecord[] = [];
  while (sessions.length < count) sessions.push(await grant(preset));
  return sessions;
}

describe('a page that could not be heard', () => {
  async function afterAnOutage(): Promise<Stage & { readonly session: SessionRecord }> {
    let shaky: Shaky | undefined;
    const keepIn = (now: () => number): MemoryState => (shaky = new Shaky(now));
    const stage = await atWork({ keepIn });
    const session = await stage.grant('host');
    if (shaky === undefined) throw new Error('the stage keeps its sessions');
    shaky.away = true;
    stage.pass(2 * SILENCE_MS);
    await expect(sweep(stage)).rejects.toThrow(StateUnavailable);
    shaky.away = false;
    return { ...stage, session };
  }

  test('gets its whole silence once more when the store is back, and no more than that', async () => {
    const { session, ...stage } = await afterAnOutage();
    await sweep(stage);
    stage.pass(SILENCE_MS - 1);
    await sweep(stage);
    expect(await stage.statusOf(session)).toBe('live');
    stage.pass(1);
    await sweep(stage);
    expect(await stage.statusOf(session)).toBe('ended');
    expect(stage.told).toEqual(['ended: silent']);
  });

  test('goes on when it speaks again in that time', async () => {
    const { session, ...stage } = await afterAnOutage();
    await sweep(stage);
    stage.pass(SILENCE_MS - 1);
    await stage.beat(session);
    stage.pass(SILENCE_MS - 1);
    await sweep(stage);
    expect(await stage.statusOf(session)).toBe('live');
  });

  test('has no more time than its lease', async () => {
    const { session, ...stage } = await afterAnOutage();
    stage.pass(session.expiresAt - session.createdAt);
    await sweep(stage);
    expect(stage.told).toEqual(['ended: time_used_up']);
  });

  test('gets it too when the server has just started', async () => {
    const stage = setStage({ presets, keepIn: (now) => new Shaky(now) });
    const session = await stage.grant('host');
    stage.pass(2 * SILENCE_MS);
    await sweep(stage);
    expect(await stage.statusOf(session)).toBe('live');
    stage.pass(SILENCE_MS);
    await sweep(stage);
    expect(stage.told).toEqual(['ended: silent']);
  });

  test('is not one whose session this process alone keeps', async () => {
    const keepIn = (now: () => number): FallbackState => {
      const shared = new Shaky(now);
      shared.away = true;
      return new FallbackState(shared, new MemoryState(now));
    };
    const stage = setStage({ presets, keepIn });
    const session = await stage.grant('host');
    stage.pass(SILENCE_MS);
    await sweep(stage);
    expect(await stage.statusOf(session)).toBe('ended');
    expect(stage.told).toEqual(['ended: silent']);
  });
});

describe('a process that was itself stopped for a while', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** It was stopped for longer than a page may be silent. */
  async function stopped(
    keepIn: (now: () => number) => MemoryState,
  ): Promise<Stage & { readonly session: SessionRecord; readonly sweepFor: (ms: number) => Promise<void> }> {
    let passed = 0;
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + passed);
    const stage = setStage({ presets, keepIn });
    const pass = (ms: number): void => {
      stage.pass(ms);
      passed += ms;
    };
    const sweepFor = async (ms: number): Promise<void> => {
      for (let left = ms; left > 0; left -= SWEEP_MS) {
        pass(Math.min(left, SWEEP_MS));
        await sweep(stage);
      }
    };
    await sweep(stage);
    await sweepFor(2 * SILENCE_MS);
    const session = await stage.grant('host');
    await sweepFor(SILENCE_MS - SWEEP_MS);
    pass(2 * SILENCE_MS);
    await sweep(stage);
    return { ...stage, session, sweepFor };
  }

  test.each([
    ['its own', (now: () => number) => new MemoryState(now)],
    ['a shared one', (now: () => number) => new Shaky(now)],
  ])('ends no session as silent before its page could be heard again: %s', async (_which, keepIn) => {
    const { session, sweepFor, statusOf, told } = await stopped(keepIn);
    await sweepFor(SILENCE_MS - 1);
    expect(await statusOf(session)).toBe('live');
    await sweepFor(1);
    expect([await statusOf(session), told]).toEqual(['ended', ['ended: silent']]);
  });

  test('takes what it reads then for a word', async () => {
    const { session, sweepFor, beat, statusOf } = await stopped((now) => new MemoryState(now));
    await beat(session);
    await sweepFor(SILENCE_MS - 1);
    expect(await statusOf(session)).toBe('live');
  });
});

test.each([
  [true, 'ended'],
  [false, 'ending'],
])('the silence of a page that is trusted (%s) frees what nobody can stop', async (trustPages, status) => {
  const stage = await atWork({ presets: [{ ...face, trustPages, heartbeatSeconds: SILENCE_MS / 1_000 }] });
  const session = await stage.grant('face');
  await stage.beat(session);
  stage.pass(SILENCE_MS);
  await sweep(stage);
  expect(await stage.statusOf(session)).toBe(status);
});

test('after a full batch comes the next at once, until all is ended', async () => {
  const stage = await atWork();
  const sessions = await grantMany(stage, 'face', 3 * SWEEP_BATCH);
  stage.pass(3_600_000);
  await sweep(stage);
  expect(stage.told.length).toBeGreaterThan(SWEEP_BATCH);
  await sweepInTurns(stage);
  expect(stage.told).toEqual(sessions.map(() => 'ended: time_used_up'));
});

describe('sessions that cannot be read', () => {
  const unreadable = new Set<string>();
  let why: Error;
  class Unreadable extends MemoryState {
    override find(id: string): Promise<SessionRecord | undefined> {
      return unreadable.has(id) ? Promise.reject(why) : super.find(id);
    }
  }
  beforeEach(() => {
    unreadable.clear();
    why = new Error('unreadable');
  });

  async function withMany(count: number): Promise<Stage> {
    const stage = await atWork({ keepIn: (now) => new Unreadable(now) });
    for (const { id } of await grantMany(stage, 'face', count)) unreadable.add(id);
    return stage;
  }

  test('are told, not read over and over, and keep no other from its end', async () => {
    const stage = await withMany(2 * SWEEP_BATCH);
    await grantMany(stage, 'face', SWEEP_BATCH);
    stage.pass(3_600_000);
    await sweep(stage);
    expect(stage.told.filter((told) => told === 'failed: sweep: Error: unreadable')).toHaveLength(
      unreadable.size,
    );
    expect(stage.told.filter((told) => told === 'ended: time_used_up')).toHaveLength(SWEEP_BATCH);
  });

  test('since the store is away are not all tried', async () => {
    why = new StateUnavailable('away');
    const stage = await withMany(3 * SWEEP_BATCH);
    stage.pass(3_600_000);
    await sweep(stage);
    expect(stage.told).toHaveLength(SWEEP_BATCH);
  });
});

describe('a vendor that hangs', () => {
  function hanging(): { stop: () => Promise<Stopped>; asked: () => number; release: () => void } {
    let asked = 0;
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const stop = async (): Promise<Stopped> => {
      asked++;
      await released;
      return 'over';
    };
    return { stop, asked: () => asked, release };
  }

  test('holds up the end of no other vendor’s sessions', async () => {
    const { stop, asked, release } = hanging();
    const stage = await atWork({ liveavatar: { stop } });
    const hosts = await grantMany(stage, 'host', 2 * ENDS_AT_ONCE);
    stage.pass(3_600_000);
    await stage.broker.sweeper.sweep();
    expect(asked()).toBe(ENDS_AT_ONCE);
    await grantMany(stage, 'face', 3);
    stage.pass(3_600_000);
    await stage.broker.sweeper.sweep();
    await expect.poll(() => stage.told).toEqual(Array.from({ length: 3 }, () => 'ended: time_used_up'));
    expect(asked()).toBe(ENDS_AT_ONCE);
    release();
    await sweepInTurns(stage);
    expect(asked()).toBe(hosts.length);
    expect(stage.told).toHaveLength(hosts.length + 3);
  });

  test('is waited for by who waits for what is under way', async () => {
    const { stop, release } = hanging();
    const stage = await atWork({ liveavatar: { stop } });
    await stage.grant('host');
    stage.pass(3_600_000);
    await stage.broker.sweeper.sweep();
    const idle = stage.broker.sweeper.idle().then(() => 'idle');
    expect(await Promise.race([idle, wait(50, 'waiting')])).toBe('waiting');
    release();
    expect(await idle).toBe('idle');
    expect(stage.told).toEqual(['ended: time_used_up']);
  });
});

describe.skipIf(!haveRedis)('with state in Redis', () => {
  test('sessions that Redis has forgotten keep no other from its end', async () => {
    await using redis = await startRedis();
    const state = new RedisState(redis.url, 'sweep');
    await state.connected(5_000);
    const stage = setStage({ presets, keepIn: () => state });
    const forgotten = await grantMany(stage, 'host', SWEEP_BATCH);
    const client = new Redis(redis.url);
    for (const { id } of forgotten) {
      await client.del(`{sweep}:session:${id}`);
      await client.zadd('{sweep}:due', 1, id);
    }
    const { id } = await stage.grant('host');
    await state.claimEnding(id, { reason: 'lost', claimMs: 1 });
    await wait(5);
    await sweep(stage);
    expect(stage.told).toEqual(['ended: lost']);
    expect(await client.zcard('{sweep}:due')).toBe(0);
    client.disconnect();
    await state.close();
  });
});

describe('a session whose start failed, and of which nobody knows whether it will begin,', () => {
  /** One that begins before the vendor is asked to stop it for the nth time, or never. */
  async function failToStart(beginsBefore: number): Promise<Stage & { readonly stops: () => number }> {
    let stops = 0;
    const stop = (): Promise<Stopped> => Promise.resolve(++stops >= beginsBefore ? 'over' : 'none_runs');
    const stage = setStage({ presets, liveavatar: { start: down, stop } });
    await expect(stage.grant('host')).rejects.toThrow('took too long');
    return { ...stage, stops: () => stops };
  }

  test('is stopped every time until it has begun, and counts until then', async () => {
    const { stops, ...stage } = await failToStart(4);
    for (const nth of [2, 3]) {
      stage.pass(STOP_AGAIN_MS);
      await sweep(stage);
      expect([stops(), stage.told]).toEqual([nth, []]);
    }
    stage.pass(STOP_AGAIN_MS);
    await sweep(stage);
    expect([stops(), stage.told]).toEqual([4, ['ended: start_failed']]);
  });

  test('is over when it has not begun by the time that it could', async () => {
    const { stops, ...stage } = await failToStart(Infinity);
    for (let passed = 0; passed < START_IN_DOUBT_MS; passed += STOP_AGAIN_MS) {
      expect(stage.told).toEqual([]);
      stage.pass(STOP_AGAIN_MS);
      await sweep(stage);
    }
    expect([stops(), stage.told]).toEqual([1 + START_IN_DOUBT_MS / STOP_AGAIN_MS, ['ended: start_failed']]);
  });
});
