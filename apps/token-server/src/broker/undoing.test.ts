import { afterEach, describe, expect, test, vi } from 'vitest';
import { down, face, setStage, type Stage } from '../../test/stage.ts';
import { startedHost } from '../../test/started-host.ts';
import { LEASE_SLACK_SECONDS, START_IN_DOUBT_MS, STOP_AGAIN_MS } from '../config/constants.ts';
import { MemoryState } from '../state/memory.ts';
import { StateUnavailable, type SessionRecord } from '../state/state.ts';
import type { Minted, Stopped } from '../vendors/vendor.ts';
import { DEV_CALLER } from './caller.ts';

describe('a session that could not be granted', () => {
  test('keeps nobody from another vendor while its own hangs on the stop', async () => {
    const presets = [{ ...startedHost, fallback: ['face'] }, face];
    const stop = (): Promise<never> => new Promise(() => undefined);
    const { grant } = setStage({ presets, liveavatar: { start: down, stop } });
    expect(await grant('host')).toMatchObject({ vendor: 'simli' });
  });

  test('is taken back once the state is there again, although that had noted it as granted', async () => {
    class Lossy extends MemoryState {
      away = false;

      override async change(...asked: Parameters<MemoryState['change']>): ReturnType<MemoryState['change']> {
        await super.change(...asked);
        this.away = true;
        throw new StateUnavailable('no answer');
      }

      override claimEnding(
        ...asked: Parameters<MemoryState['claimEnding']>
      ): ReturnType<MemoryState['claimEnding']> {
        return this.away ? Promise.reject(new StateUnavailable('away')) : super.claimEnding(...asked);
      }
    }
    let state: Lossy | undefined;
    const keepIn = (now: () => number): Lossy => (state = new Lossy(now));
    const { broker, grant, told } = setStage({ presets: [face], keepIn });
    await expect(grant('face')).rejects.toThrow('no answer');
    expect(await state?.list(DEV_CALLER.id)).toMatchObject([{ status: 'live' }]);
    if (state !== undefined) state.away = false;
    await broker.sweeper.sweep();
    await broker.settled();
    expect(await state?.list(DEV_CALLER.id)).toEqual([]);
    expect(told).toEqual([expect.stringMatching(/^failed: undo/), 'ended: start_failed']);
  });

  test('is not started when its caller has left by then', async () => {
    const caller = new AbortController();
    const started: string[] = [];
    const mint = (): Promise<Minted> => {
      caller.abort();
      return Promise.resolve({ token: 'token', connect: {}, vendorSessionId: 'v' });
    };
    const start = ({ token }: Minted): Promise<Minted['connect']> => {
      started.push(token);
      return Promise.resolve({});
    };
    const { broker } = setStage({ presets: [startedHost], liveavatar: { mint, start } });
    const asked = { caller: DEV_CALLER, preset: startedHost };
    await expect(broker.grant(asked, caller.signal)).rejects.toThrow('aborted');
    expect(started).toEqual([]);
  });
});

test('a session that its page was to begin, and whose token nobody has, is over once it is stopped', async () => {
  const caller = new AbortController();
  class Slow extends MemoryState {
    override change(...asked: Parameters<MemoryState['change']>): ReturnType<MemoryState['change']> {
      const [, { status }] = asked;
      if (status === 'live') caller.abort();
      return super.change(...asked);
    }
  }
  const stops: (() => Promise<Stopped>)[] = [down, () => Promise.resolve('none_runs')];
  const preset = { ...startedHost, start: false };
  const { broker, pass, told } = setStage({
    presets: [preset],
    keepIn: (now) => new Slow(now),
    liveavatar: { stop: () => (stops.shift() ?? down)() },
  });
  await expect(broker.grant({ caller: DEV_CALLER, preset }, caller.signal)).rejects.toThrow('aborted');
  pass(STOP_AGAIN_MS);
  await broker.sweeper.sweep();
  await broker.sweeper.idle();
  expect(told).toEqual([expect.stringMatching(/^failed: stop/), 'ended: caller_gone']);
});

describe('a session that was started and then not granted, and that its vendor has not ended,', () => {
  class Forgetful extends MemoryState {
    override change(...asked: Parameters<MemoryState['change']>): ReturnType<MemoryState['change']> {
      const [, { status }] = asked;
      return status === 'live' ? Promise.reject(new StateUnavailable('away')) : super.change(...asked);
    }
  }
  const inMemory = (now: () => number): MemoryState => new MemoryState(now);

  interface Case {
    readonly reason: string;
    readonly keepIn?: typeof inMemory;
    readonly meanwhile?: (stage: Stage, caller: AbortController) => unknown;
  }
  const killSwitch = new Set(['all'] as const);
  const cases: readonly (readonly [string, Case])[] = [
    [
      'for its vendor was killed',
      {
        reason: 'start_failed',
        meanwhile: ({ broker }) => {
          broker.usePolicy({ presets: [startedHost], killSwitch });
        },
      },
    ],
    [
      'for its caller has ended it',
      {
        reason: 'asked',
        meanwhile: async ({ broker }) => {
          const [pending] = await broker.sessions(DEV_CALLER);
          await broker.end(DEV_CALLER, pending?.id ?? '');
        },
      },
    ],
    ['for the state was away', { reason: 'start_failed', keepIn: (now) => new Forgetful(now) }],
    [
      'for its caller has left',
      {
        reason: 'caller_gone',
        meanwhile: (_stage, caller) => {
          caller.abort();
        },
      },
    ],
  ];

  test.each(cases)(
    '%s, is stopped again, and counts, until it has',
    async (_why, { reason, keepIn = inMemory, meanwhile }) => {
      const caller = new AbortController();
      const again = 2 * (START_IN_DOUBT_MS / STOP_AGAIN_MS);
      let stops = 0;
      let state: MemoryState | undefined;
      const stage: Stage = setStage({
        presets: [startedHost],
        keepIn: (now) => (state = keepIn(now)),
        liveavatar: {
          start: async () => {
            await meanwhile?.(stage, caller);
            return {};
          },
          stop: (): Promise<Stopped> => Promise.resolve(++stops > again ? 'over' : 'unended'),
        },
      });
      const asked = { caller: DEV_CALLER, preset: startedHost };
      await expect(stage.broker.grant(asked, caller.signal)).rejects.toThrow();
      for (let nth = 1; nth <= again; nth++) {
        expect([stops, await state?.list(DEV_CALLER.id)]).toMatchObject([nth, [{ status: 'ending' }]]);
        stage.pass(STOP_AGAIN_MS);
        await stage.broker.sweeper.sweep();
        await stage.broker.sweeper.idle();
      }
      expect([stops, await state?.list(DEV_CALLER.id)]).toEqual([again + 1, []]);
      expect(stage.told.at(-1)).toBe(`ended: ${reason}`);
    },
  );
});

describe('a session that could not be granted, and of which the state cannot be told,', () => {
  /** Memory that others share, as Redis is, and that can be away, or started again empty. */
  class Shared extends MemoryState {
    away = false;
    isEmpty = false;

    override find(id: string): Promise<SessionRecord | undefined> {
      return this.isEmpty ? Promise.resolve(undefined) : super.find(id);
    }

    override own(): Promise<readonly SessionRecord[]> {
      return Promise.resolve([]);
    }

    override due(limit: number): Promise<readonly string[]> {
      if (this.isEmpty) return Promise.resolve([]);
      return this.away ? Promise.reject(new StateUnavailable('away')) : super.due(limit);
    }

    override claimEnding(
      ...asked: Parameters<MemoryState['claimEnding']>
    ): ReturnType<MemoryState['claimEnding']> {
      if (this.isEmpty) return Promise.resolve(undefined);
      return this.away ? Promise.reject(new StateUnavailable('away')) : super.claimEnding(...asked);
    }
  }

  interface Lost {
    readonly stage: Stage;
    readonly state: Shared;
    readonly stops: () => number;
    readonly sweep: () => Promise<void>;
    /** So often, each time when the vendor may be asked again. */
    readonly sweepAgain: (times: number) => Promise<void>;
    readonly passRealTime: (ms: number) => void;
  }

  /** One whose start failed as the state went away, or was emptied. */
  async function lose(
    stop: (nth: number) => Promise<Stopped>,
    error?: Error,
    flag: 'away' | 'isEmpty' | 'neither' = 'away',
  ): Promise<Lost> {
    let state: Shared | undefined;
    let stops = 0;
    const start = (): Promise<never> => {
      if (state !== undefined && flag !== 'neither') state[flag] = true;
      return error === undefined ? down() : Promise.reject(error);
    };
    const stage = setStage({
      presets: [startedHost],
      keepIn: (now) => (state = new Shared(now)),
      liveavatar: { start, stop: () => stop(++stops) },
    });
    await expect(stage.grant('host')).rejects.toThrow();
    if (state === undefined) throw new Error('the stage keeps its sessions');
    let passed = 0;
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + passed);
    const { broker } = stage;
    const sweep = async (): Promise<void> => {
      await broker.sweeper.sweep().catch(() => undefined);
      await broker.settled();
    };
    const passRealTime = (ms: number): void => {
      passed += ms;
    };
    const sweepAgain = async (times: number): Promise<void> => {
      for (let n = 0; n < times; n++) {
        passRealTime(STOP_AGAIN_MS);
        await sweep();
      }
    };
    return { stage, state, stops: () => stops, sweep, sweepAgain, passRealTime };
  }
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const never = new Error('it was refused');
  const LEASE_MS = (startedHost.caps.maxSessionSeconds + LEASE_SLACK_SECONDS) * 1_000;

  const cases: readonly [string, (nth: number) => Promise<Stopped>, Error | undefined][] = [
    ['when its stop has failed', (nth) => (nth === 1 ? down() : Promise.resolve('over')), never],
    ['when it is in doubt', () => Promise.resolve('over'), undefined],
  ];

  test.each(cases)('is stopped again all the same %s', async (_when, stop, error) => {
    const { stage, state, stops, sweep, sweepAgain } = await lose(stop, error);
    await sweep();
    expect(stops()).toBe(1);
    await sweepAgain(3);
    expect(stops()).toBe(2);
    expect(await state.list(DEV_CALLER.id)).toHaveLength(1);
    state.away = false;
    await sweep();
    expect(stops()).toBe(2);
    expect(await state.list(DEV_CALLER.id)).toEqual([]);
    expect(stage.told.at(-1)).toBe('ended: start_failed');
  });

  test.each(cases)('for that was emptied, is stopped again %s', async (_when, stop, error) => {
    const { stops, sweep, sweepAgain } = await lose(stop, error, 'isEmpty');
    await sweep();
    expect(stops()).toBe(1);
    await sweepAgain(3);
    expect(stops()).toBe(2);
  });

  describe('for the sweeps had it when it was emptied,', () => {
    /** Sweeps as often, by all clocks. */
    async function sweepOn({ stage, sweepAgain }: Lost, times: number): Promise<void> {
      for (let n = 0; n < times; n++) {
        stage.pass(STOP_AGAIN_MS);
        await sweepAgain(1);
        await stage.broker.sweeper.idle();
      }
    }

    test('is stopped again, and no more often than the vendor may be asked', async () => {
      const lost = await lose(down, never, 'neither');
      await sweepOn(lost, 3);
      expect(lost.stops()).toBe(1 + 3);
      lost.state.isEmpty = true;
      // The first sweep sees that it is gone.
      await sweepOn(lost, 1 + 3);
      expect(lost.stops()).toBe(1 + 3 + 3);
    });

    test('is stopped no more once a sweep has ended it', async () => {
      const lost = await lose((nth) => (nth < 3 ? down() : Promise.resolve('over')), never, 'neither');
      await sweepOn(lost, 3);
      expect(lost.stage.told.at(-1)).toBe('ended: start_failed');
      lost.state.isEmpty = true;
      await sweepOn(lost, 3);
      expect(lost.stops()).toBe(3);
    });
  });

  test('is stopped for as long as it may still begin', async () => {
    const { stops, sweepAgain } = await lose(() => Promise.resolve('none_runs'));
    await sweepAgain(10);
    expect(stops()).toBe(1 + START_IN_DOUBT_MS / STOP_AGAIN_MS);
  });

  test('for that was emptied, is stopped until its cap at most', async () => {
    const { stops, sweep, passRealTime } = await lose(down, never, 'isEmpty');
    passRealTime(STOP_AGAIN_MS);
    await sweep();
    expect(stops()).toBe(2);
    passRealTime(LEASE_MS);
    await sweep();
    expect(stops()).toBe(3);
    passRealTime(STOP_AGAIN_MS);
    await sweep();
    expect(stops()).toBe(3);
  });

  test('is stopped again when the server ends', async () => {
    const { stage, stops } = await lose((nth) => (nth < 3 ? down() : Promise.resolve('over')), never);
    await stage.broker.endOwn(2_500, stage.broker.settled());
    expect(stops()).toBe(3);
    expect(stage.told.filter((told) => told.startsWith('failed: end'))).toEqual([]);
  });

  test.each([
    ['was refused', () => down()],
    ['hangs', (nth: number) => (nth === 1 ? down() : new Promise<never>(() => undefined))],
  ])('is told when the server ends and its stop %s', async (_how, stop) => {
    const { stage } = await lose(stop, never);
    await stage.broker.endOwn(50, stage.broker.settled());
    expect(stage.told.at(-1)).toBe('failed: end sessions: Error: their vendor has not stopped them');
  });
});
