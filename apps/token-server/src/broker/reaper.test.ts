import { describe, expect, test } from 'vitest';
import { setStage, type Stage } from '../../test/stage.ts';
import { startedHost } from '../../test/started-host.ts';
import { REAP_MS } from '../config/constants.ts';
import { MemoryState } from '../state/memory.ts';
import type { SessionRecord, State } from '../state/state.ts';
import type { ActiveSessions } from '../vendors/vendor.ts';

const unstarted = { ...startedHost, name: 'unstarted', start: false };
const presets = [startedHost, unstarted];

/** A stage whose vendor lists what the test says. */
function withList(given: Partial<Parameters<typeof setStage>[0]> = {}): {
  readonly stage: Stage;
  readonly compare: (ids: readonly (string | SessionRecord)[], whole?: boolean) => Promise<void>;
} {
  let list: ActiveSessions = { ids: [], whole: true };
  const liveavatar = { listActive: () => Promise.resolve(list) };
  const stage = setStage({ presets, liveavatar, ...given });
  return {
    stage,
    compare: async (running, whole = true) => {
      const ids = running.map((one) => (typeof one === 'string' ? one : (one.vendorSessionId ?? '')));
      list = { ids, whole };
      stage.pass(REAP_MS + 1);
      await stage.broker.reaper.reap();
    },
  };
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

  test('is over although it was never there, where the server started it', async () => {
    const { stage, compare } = withList();
    const [started, waiting] = [await stage.grant('host'), await stage.grant('unstarted')];
    for (let n = 0; n < 3; n++) await compare([]);
    expect([await stage.statusOf(started), await stage.statusOf(waiting)]).toEqual(['ended', 'live']);
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
    expect(stage.told).toEqual([expect.stringMatching(/^failed: list: Error: more run/)]);
    await compare(['another']);
    expect(await stage.statusOf(session)).toBe('live');
    await compare(['another']);
    expect(await stage.statusOf(session)).toBe('ended');
  });
});

describe('a session that nobody granted', () => {
  test('is told of when it is there twice in a row', async () => {
    const { stage, compare } = withList();
    for (const ids of [['a'], [], ['a', 'b'], ['a'], []]) await compare(ids);
    expect(stage.unknown).toEqual([0, 0, 0, 1, 0]);
    expect(stage.stopped).toEqual([]);
  });

  test('is stopped where the owner says so', async () => {
    const { stage, compare } = withList({ reapUnknown: 'stop' });
    const session = await stage.grant('host');
    for (let n = 0; n < 2; n++) await compare([session, 'a']);
    expect(stage.stopped).toEqual(['a']);
    expect(await stage.statusOf(session)).toBe('live');
  });

  test('is told of by the replica that compares, and by no other', async () => {
    let shared: State | undefined;
    const keepIn = (now: () => number): State => (shared ??= new MemoryState(now));
    const one = withList({ keepIn });
    const other = withList({ keepIn });
    await one.compare(['a']);
    await one.compare(['a']);
    expect(one.stage.unknown.at(-1)).toBe(1);
    one.stage.pass(REAP_MS + 1);
    await other.stage.broker.reaper.reap();
    await one.stage.broker.reaper.reap();
    expect(one.stage.unknown.at(-1)).toBe(0);
  });
});
