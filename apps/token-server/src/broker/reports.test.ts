import { Redis } from 'ioredis';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { startLossyRedis } from '../../test/lossy-redis.ts';
import { haveRedis, startRedis } from '../../test/redis-server.ts';
import { admitted } from '../../test/state-sessions.ts';
import { STOP_AGAIN_MS } from '../config/constants.ts';
import { MemoryState } from '../state/memory.ts';
import { RedisState } from '../state/redis.ts';
import { StateUnavailable, type SessionRecord, type State } from '../state/state.ts';
import type { Vendor } from '../vendors/vendor.ts';
import { Keeper } from './keeper.ts';
import { Reports } from './reports.ts';
import { Sweeper } from './sweeper.ts';
import { Undoing } from './undoing.ts';
import type { Watch } from './watch.ts';

const REPORTED = '6f1f3c1e-7a52-4b43-9d0a-1b7d6f4e2a11';

afterEach(() => {
  vi.restoreAllMocks();
});

interface Stage {
  readonly state: State;
  readonly reports: Reports;
  readonly keeper: Keeper;
  readonly undoing: Undoing;
  readonly sweeper: Sweeper;
  readonly told: readonly string[];
  readonly called: readonly string[];
  readonly pass: (ms: number) => void;
}

function setStage(given: Partial<Vendor> = {}, shared?: State): Stage {
  let now = 0;
  const state = shared ?? new MemoryState(() => now);
  const [told, called]: [string[], string[]] = [[], []];
  const watch: Watch = {
    ...{
      offered: () => undefined,
      granted: () => undefined,
      ended: () => undefined,
    },
    breaker: () => undefined,
    unknown: () => undefined,
    called: (vendor, call) => called.push(`${vendor}: ${call}`),
    failed: (what) => told.push(what),
  };
  const anam: Vendor = {
    name: 'anam',
    capabilities: { stop: false, keepAlive: false },
    mint: () => Promise.reject(new Error('is not asked')),
    confirm: () => Promise.resolve(true),
    close: () => Promise.resolve(),
    ...given,
  };
  const vendors = { anam };
  const keeper = new Keeper({ state, vendors, watch });
  const undoing = new Undoing({ state, keeper, watch });
  return {
    state,
    keeper,
    undoing,
    told,
    called,
    reports: new Reports({ state, vendors, keeper, undoing, watch }),
    sweeper: new Sweeper({ state, keeper, undoing, watch }),
    pass: (ms) => {
      now += ms;
    },
  };
}

test('what could not be written down is written down at the next heartbeat', async () => {
  const { state, reports, told, called, pass } = setStage();
  const record = await admitted(state);
  const nameAtVendor = state.nameAtVendor.bind(state);
  state.nameAtVendor = () => Promise.reject(new StateUnavailable('gone'));
  reports.take(record, REPORTED);
  await reports.idle();
  expect(told).toEqual(['confirm']);
  state.nameAtVendor = nameAtVendor;
  // Long enough that it may be looked into again.
  pass(30_000);
  reports.take(record, REPORTED);
  await reports.idle();
  expect((await state.find(record.id))?.vendorSessionId).toBe(REPORTED);
  expect(called).toEqual(['anam: look up', 'anam: look up']);
});

test.skipIf(!haveRedis)(
  'what is taken by an answer that was lost is this session’s, and no other’s',
  async () => {
    await using redis = await startRedis();
    await using lossy = await startLossyRedis(redis.url);
    const state = new RedisState(lossy.url, 'reports');
    expect(await state.connected(5_000)).toBe(true);
    // So that Redis knows the script: one that is sent anew goes by its text.
    await state.claimTask('a', 1);
    const { reports, told } = setStage({}, state);
    const [mine, others] = [await admitted(state), await admitted(state)];
    const client = new Redis(redis.url);
    const tell = async ({ id }: SessionRecord): Promise<string | undefined> => {
      // As it is once it may be looked into again.
      await client.del(`{reports}:task:confirm:${id}`);
      const record = await state.find(id);
      if (record !== undefined) reports.take(record, REPORTED);
      await reports.idle();
      return (await state.find(id))?.vendorSessionId;
    };
    lossy.loseAnswerTo(`session:anam:${REPORTED}`);
    reports.take(mine, REPORTED);
    await reports.idle();
    expect(told).toEqual(['confirm']);
    await expect.poll(() => state.connected(100), { timeout: 5_000 }).toBe(true);
    expect(await tell(others)).toBeUndefined();
    expect(await tell(mine)).toBe(REPORTED);
    expect(told).toEqual(['confirm']);
    client.disconnect();
    await state.close();
  },
);

test.each([
  ['and counts still', false, 'ending'],
  ['and has ended', true, 'ended'],
])(
  'what its page has left while it was looked into is stopped, and again where that fails, %s',
  async (_how, trustPages, ending) => {
    const stopped: string[] = [];
    let confirm = (_is: boolean): void => undefined;
    const { state, reports, keeper, undoing, sweeper, told, pass } = setStage({
      confirm: () =>
        new Promise((resolve) => {
          confirm = resolve;
        }),
      stop: (id) => (stopped.push(id) === 1 ? Promise.reject(new Error('no')) : Promise.resolve('over')),
    });
    const record = await admitted(state, { trustPages });
    await state.change(record.id, { status: 'live', stamp: 'startedAt' });
    reports.take(record, REPORTED);
    // So that it is being looked into.
    await wait(1);
    expect(await keeper.end(record.id, 'page_closed')).toBe(ending);
    confirm(true);
    await reports.idle();
    const sweep = async (): Promise<void> => {
      await sweeper.sweep();
      await Promise.all([sweeper.idle(), undoing.idle()]);
    };
    await sweep();
    expect([stopped, told]).toEqual([[REPORTED], ['stop']]);
    const later = performance.now() + STOP_AGAIN_MS;
    vi.spyOn(performance, 'now').mockReturnValue(later);
    pass(STOP_AGAIN_MS);
    for (let n = 0; n < 2; n++) await sweep();
    expect([stopped, told]).toEqual([[REPORTED, REPORTED], ['stop']]);
    expect((await state.find(record.id))?.status).toBe(ending);
  },
);
