import { describe, expect, test, vi, type Mock } from 'vitest';
import { setStage, type Stage } from '../../test/stage.ts';
import { startedHost } from '../../test/started-host.ts';
import { REAP_MS } from '../config/constants.ts';
import { MemoryState } from '../state/memory.ts';
import { StateUnavailable, type SessionRecord, type State } from '../state/state.ts';
import type { ActiveSessions, Stopped } from '../vendors/vendor.ts';

const unstarted = { ...startedHost, name: 'unstarted', start: false };
const presets = [startedHost, unstarted];

const withEmptyList = (): Promise<ActiveSessions> => Promise.resolve({ ids: [], whole: true });

interface Replica {
  readonly stage: Stage;
  readonly list: Mock<() => Promise<ActiveSessions>>;
  /** Its turn to compare has come. */
  readonly turn: () => Promise<void>;
  readonly compare: (ids: readonly (string | SessionRecord)[], whole?: boolean) => Promise<void>;
}

/** A stage whose vendor lists what the test says. */
function withList(given: Partial<Parameters<typeof setStage>[0]> = {}): Replica {
  const list = vi.fn(() => Promise.resolve<ActiveSessions>({ ids: [], whole: true }));
  const stage = setStage({ presets, liveavatar: { listActive: list }, ...given });
  const turn = (): Promise<void> => {
    stage.pass(REAP_MS + 1);
    return stage.broker.reaper.reap();
  };
  return {
    stage,
    list,
    turn,
    compare: (running, whole = true) => {
      const ids = running.map((one) => (typeof one === 'string' ? one : (one.vendorSessionId ?? '')));
      list.mockResolvedValueOnce({ ids, whole });
      return turn();
    },
  };
}

/** Two replicas, in whose turns the other's are claimed. */
function twoReplicas(): { readonly one: Replica; readonly other: Replica; readonly state: State } {
  let state: State | undefined;
  const keepIn = (now: () => number): State => (state ??= new MemoryState(now));
  const [one, other] = [withList({ keepIn }), withList({ keepIn })];
  if (state === undefined) throw new Error('a stage keeps its sessions');
  return { one, other, state };
}

describe('a session that is missing in its vendor’s list', () => {
  test('is over when it is missing twice in a row, and not before', async () => {
    const { stage, compare } = withList();
    const session = await stage.grant('host');
    await compare([session]);
    await compare([]);
    expect(await stage.statusOf(session)).toBe('live');
    await compare([session]);
    await compare([]);
    expect(await stage.statusOf(session)).toBe('live');
    await compare([]);
    expect(await stage.statusOf(session)).toBe('ended');
    expect(stage.told).toEqual(['ended: ended_at_vendor']);
  });

  const BETWEEN: [turn: string, take: (all: ReturnType<typeof twoReplicas>) => Promise<void>][] = [
    [
      'of the other replica',
      async ({ one, other }) => {
        one.stage.pass(REAP_MS + 1);
        await other.turn();
        await one.stage.broker.reaper.reap();
      },
    ],
    [
      'that the vendor did not answer',
      ({ one }) => {
        one.list.mockRejectedValueOnce(new Error('no list'));
        return one.turn();
      },
    ],
    [
      'that could not see what is granted',
      ({ one, state }) => {
        vi.spyOn(state, 'health').mockReturnValueOnce('down');
        return one.turn();
      },
    ],
  ];
  test.each(BETWEEN)('is not over by what was found before a turn %s', async (_turn, take) => {
    const all = twoReplicas();
    const { stage, compare } = all.one;
    const session = await stage.grant('host');
    await compare([]);
    await take(all);
    await compare([]);
    expect(await stage.statusOf(session)).toBe('live');
    await compare([]);
    expect(await stage.statusOf(session)).toBe('ended');
  });

  test('is over although it was never there, where the server started it', async () => {
    const { stage, compare } = withList();
    const [started, waiting] = [await stage.grant('host'), await stage.grant('unstarted')];
    for (let n = 0; n < 3; n++) await compare([]);
    expect([await stage.statusOf(started), await stage.statusOf(waiting)]).toEqual(['ended', 'live']);
  });

  test('may be too young to be in it', async () => {
    const { stage, compare } = withList();
    stage.pass(REAP_MS + 1);
    const session = await stage.grant('host');
    await stage.broker.reaper.reap();
    await compare([]);
    expect(await stage.statusOf(session)).toBe('live');
    await compare([]);
    expect(await stage.statusOf(session)).toBe('ended');
  });

  test('is over once its page has begun it, and not before', async () => {
    const { stage, compare } = withList();
    const session = await stage.grant('unstarted');
    await compare([session]);
    await compare([]);
    await compare([]);
    expect(await stage.statusOf(session)).toBe('ended');
  });

  test('may be in the part of the list that was not read; that is told once', async () => {
    const { stage, compare } = withList();
    const session = await stage.grant('host');
    await compare([session]);
    for (let n = 0; n < 4; n++) await compare(['another'], false);
    expect(await stage.statusOf(session)).toBe('live');
    expect(stage.told).toEqual([expect.stringMatching(/^failed: list: Error: the list is not whole/)]);
    await compare(['another']);
    expect(await stage.statusOf(session)).toBe('live');
    await compare(['another']);
    expect(await stage.statusOf(session)).toBe('ended');
  });
});

describe('before a session that is missing is ended, its own record is asked:', () => {
  test('one that runs by it goes on', async () => {
    const running = new Set<string>();
    const runs = (id: string): Promise<boolean> => Promise.resolve(running.has(id));
    const { stage, turn } = withList({ liveavatar: { listActive: withEmptyList, runs } });
    const session = await stage.grant('host');
    running.add(session.vendorSessionId ?? '');
    for (let n = 0; n < 3; n++) await turn();
    expect([await stage.statusOf(session), stage.stopped]).toEqual(['live', []]);
    running.clear();
    await turn();
    expect([await stage.statusOf(session), stage.told]).toEqual(['ended', ['ended: ended_at_vendor']]);
  });

  test('one whose record cannot be had goes on, and that is told', async () => {
    const runs = (): Promise<boolean> => Promise.reject(new Error('no record'));
    const { stage, turn } = withList({ liveavatar: { listActive: withEmptyList, runs } });
    const session = await stage.grant('host');
    for (let n = 0; n < 2; n++) await turn();
    expect([await stage.statusOf(session), stage.stopped]).toEqual(['live', []]);
    expect(stage.told).toEqual(['failed: reap: Error: no record']);
  });
});

test('what the vendor is asked is timed', async () => {
  const runs = (): Promise<boolean> => Promise.reject(new Error('no record'));
  const { stage, compare } = withList({ reapUnknown: 'stop' });
  const asking = withList({ liveavatar: { listActive: withEmptyList, runs } });
  await stage.grant('host');
  for (let n = 0; n < 2; n++) await compare(['a']);
  expect(stage.called).toEqual([
    ...['liveavatar: mint', 'liveavatar: start', 'liveavatar: list', 'liveavatar: list'],
    ...['liveavatar: stop', 'liveavatar: stop'],
  ]);
  await asking.stage.grant('host');
  for (let n = 0; n < 2; n++) await asking.turn();
  expect(asking.stage.called.slice(2)).toEqual([
    ...['liveavatar: list', 'liveavatar: list', 'liveavatar: look up failed'],
  ]);
});

describe('of several sessions that are missing, one', () => {
  /** Compares until three are over and a stranger counts. */
  async function compareThree({ stage, compare }: Replica): Promise<void> {
    for (let n = 0; n < 3; n++) await stage.grant('host');
    await compare(['a']);
    void compare(['a']);
    await expect.poll(() => stage.unknown).toEqual([0, 1]);
  }

  test('that hangs as it is ended keeps no other from its end, and no stranger from being told', async () => {
    const stopped: string[] = [];
    const stop = (id: string): Promise<Stopped> =>
      stopped.push(id) === 1 ? new Promise(() => undefined) : Promise.resolve('over');
    const listActive = vi.fn<() => Promise<ActiveSessions>>();
    const replica = withList({ liveavatar: { stop, listActive } });
    listActive.mockResolvedValue({ ids: ['a'], whole: true });
    await compareThree(replica);
    await expect.poll(() => replica.stage.told).toEqual(['ended: ended_at_vendor', 'ended: ended_at_vendor']);
    expect(stopped).toHaveLength(3);
  });

  test('that cannot be noted keeps no other from its end, and no stranger from being told', async () => {
    class Failing extends MemoryState {
      #first: string | undefined;

      override claimEnding(
        ...[id, claim]: Parameters<MemoryState['claimEnding']>
      ): ReturnType<MemoryState['claimEnding']> {
        this.#first ??= id;
        return id === this.#first
          ? Promise.reject(new StateUnavailable('no answer'))
          : super.claimEnding(id, claim);
      }
    }
    const replica = withList({ keepIn: (now) => new Failing(now) });
    await compareThree(replica);
    await expect
      .poll(() => [...replica.stage.told].sort())
      .toEqual([
        'ended: ended_at_vendor',
        'ended: ended_at_vendor',
        'failed: reap: StateUnavailable: no answer',
      ]);
  });
});

describe('a session that nobody granted', () => {
  test('is told of when it is there twice in a row', async () => {
    const { stage, compare } = withList();
    for (const ids of [['a'], [], ['a', 'b'], ['a'], []]) await compare(ids);
    expect(stage.unknown).toEqual([0, 0, 0, 1, 0]);
    expect(stage.stopped).toEqual([]);
  });

  test('is not told of any more when the list cannot be had', async () => {
    const { stage, list, turn, compare } = withList();
    for (let n = 0; n < 2; n++) await compare(['a']);
    list.mockRejectedValueOnce(new Error('no list'));
    await turn();
    expect(stage.unknown).toEqual([0, 1, undefined]);
  });

  test('is stopped where the owner says so', async () => {
    const { stage, compare } = withList({ reapUnknown: 'stop' });
    const session = await stage.grant('host');
    for (let n = 0; n < 2; n++) await compare([session, 'a']);
    expect(stage.stopped).toEqual(['a']);
    expect(await stage.statusOf(session)).toBe('live');
  });

  test('is told of by the replica that compares, and by no other', async () => {
    const { one, other } = twoReplicas();
    await one.compare(['a']);
    await one.compare(['a']);
    expect(one.stage.unknown.at(-1)).toBe(1);
    one.stage.pass(REAP_MS + 1);
    await other.stage.broker.reaper.reap();
    await one.stage.broker.reaper.reap();
    expect(one.stage.unknown.at(-1)).toBe(0);
  });
});
