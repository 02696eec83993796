import { AvatarError } from '@org/core';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { VENDOR_DEADLINE_MS } from '../config/constants.ts';
import type { Preset } from '../config/presets.ts';
import { NO_LIMITS } from '../config/limits.ts';
import { MemoryState } from '../state/memory.ts';
import { StateUnavailable } from '../state/state.ts';
import type { Vendor, Within } from '../vendors/vendor.ts';
import { Broker } from './broker.ts';
import { DEV_CALLER, type Caller } from './caller.ts';
import { Seal } from './seal.ts';
import type { Watch } from './watch.ts';

const silent: Watch = {
  offered: () => undefined,
  granted: () => undefined,
  ended: () => undefined,
  called: () => undefined,
  failed: () => undefined,
  breaker: () => undefined,
  unknown: () => undefined,
};

const preset: Preset = {
  name: 'greeter',
  vendor: 'simli',
  description: undefined,
  caps: { maxSessionSeconds: 60, idleSeconds: 10 },
  request: { faceId: 'private' },
  scopes: ['avatars'],
};

const vendor: Vendor = {
  name: 'simli',
  capabilities: { stop: false, keepAlive: false },
  mint: (_order, { signal }) =>
    signal?.aborted === true
      ? Promise.reject(new Error('the vendor’s error'))
      : Promise.resolve({ token: 'the token', expiresAt: new Date(0), connect: { room: 1 } }),
  close: () => Promise.resolve(),
};

const broker = new Broker({
  policy: { presets: [preset], limits: NO_LIMITS },
  vendors: { simli: vendor },
  state: new MemoryState(),
  watch: silent,
  seal: new Seal(),
});

const stranger: Caller = { id: 'jwt:eve', scopes: new Set(['other']) };
const text = expect.any(String) as string;

test('a grant holds what was minted, and the terms of its preset', async () => {
  const asked = { caller: DEV_CALLER, preset };
  const granted = await broker.grant(asked, new AbortController().signal);
  expect(JSON.parse(granted.answer)).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    vendor: 'simli',
    preset: 'greeter',
    token: 'the token',
    expiresAt: '1970-01-01T00:00:00.000Z',
    redeemBy: text,
    connect: { room: 1 },
    limits: { maxSessionSeconds: 60, idleSeconds: 10 },
    capabilities: { stop: false, keepAlive: false },
    endToken: text,
  });
  await expect(broker.grant(asked, AbortSignal.abort())).rejects.toThrow('the vendor’s error');
});

test('a session that nobody was told of is free at once, though nobody can stop it', async () => {
  const state = new MemoryState();
  const caller = new AbortController();
  const change = state.change.bind(state);
  state.change = (id, changes) => {
    if (changes.status === 'live') caller.abort();
    return change(id, changes);
  };
  const policy = { presets: [preset], limits: NO_LIMITS };
  const opening = new Broker({ policy, vendors: { simli: vendor }, state, watch: silent, seal: new Seal() });
  await expect(opening.grant({ caller: DEV_CALLER, preset }, caller.signal)).rejects.toThrow('aborted');
  expect(await state.list(DEV_CALLER.id)).toEqual([]);
});

test('a grant that could not be kept for its key is stopped, and its lease is free once the state is back', async () => {
  const state = new MemoryState();
  const there = { find: state.find.bind(state), claimEnding: state.claimEnding.bind(state) };
  const away = (): Promise<never> => Promise.reject(new StateUnavailable('gone'));
  state.completeIntent = () => {
    Object.assign(state, { find: away, claimEnding: away });
    return away();
  };
  const stopped: string[] = [];
  const told: string[] = [];
  const stoppable: Vendor = {
    ...vendor,
    mint: () => Promise.resolve({ token: 'the token', connect: {}, vendorSessionId: 'v' }),
    stop: (id) => {
      stopped.push(id);
      return Promise.resolve('over');
    },
  };
  const watch: Watch = { ...silent, failed: (what) => told.push(what) };
  const policy = { presets: [preset], limits: NO_LIMITS };
  const losing = new Broker({ policy, vendors: { simli: stoppable }, state, watch, seal: new Seal() });
  const asked = { caller: DEV_CALLER, preset, key: 'one' };
  await expect(losing.grant(asked, new AbortController().signal)).rejects.toThrow(StateUnavailable);
  expect([stopped, told]).toEqual([['v'], ['undo']]);
  Object.assign(state, there);
  expect(await state.list(DEV_CALLER.id)).toHaveLength(1);
  await losing.sweeper.sweep();
  await losing.settled();
  expect(await state.list(DEV_CALLER.id)).toEqual([]);
});

describe('a grant of which nobody knows whether it was kept for its key,', () => {
  const never = new AbortController().signal;
  const asked = { caller: DEV_CALLER, preset, key: 'one' };

  /** A store that goes away with the first answer to be kept, before it is written or after that. */
  async function lose(written: boolean, simli = vendor): Promise<{ losing: Broker; state: MemoryState }> {
    const state = new MemoryState();
    const there = {
      completeIntent: state.completeIntent.bind(state),
      claimEnding: state.claimEnding.bind(state),
      abandonIntent: state.abandonIntent.bind(state),
    };
    const away = (): Promise<never> => Promise.reject(new StateUnavailable('gone'));
    state.completeIntent = async (...kept) => {
      if (written) await there.completeIntent(...kept);
      Object.assign(state, { claimEnding: away, abandonIntent: away });
      return away();
    };
    const limits = { ...NO_LIMITS, sessions: { perCaller: 1, perVendor: {} } };
    const parts = { vendors: { simli }, state, watch: silent, seal: new Seal() };
    const losing = new Broker({ ...parts, policy: { presets: [preset], limits } });
    await expect(losing.grant(asked, never)).rejects.toThrow('gone');
    Object.assign(state, there);
    return { losing, state };
  }

  async function sweep(losing: Broker): Promise<void> {
    await losing.sweeper.sweep();
    await losing.settled();
  }

  test('counts on when somebody was given its token meanwhile', async () => {
    const { losing, state } = await lose(true);
    expect(await losing.grant(asked, never)).toMatchObject({ replayed: true });
    await sweep(losing);
    expect(await state.list(DEV_CALLER.id)).toMatchObject([{ endReason: 'key_lost' }]);
    await expect(losing.grant({ caller: DEV_CALLER, preset }, never)).rejects.toMatchObject({
      limit: 'sessions.perCaller',
    });
  });

  test('is stopped again then, for it may have been begun', async () => {
    const stopped: string[] = [];
    const { losing } = await lose(true, {
      ...vendor,
      mint: () => Promise.resolve({ token: 'the token', connect: {}, vendorSessionId: 'v' }),
      stop: (id) => {
        stopped.push(id);
        return Promise.resolve('none_runs');
      },
    });
    expect(stopped).toEqual(['v']);
    expect(await losing.grant(asked, never)).toMatchObject({ replayed: true });
    await sweep(losing);
    expect(stopped).toEqual(['v', 'v']);
  });

  test('gives its key back although it was kept', async () => {
    const { losing } = await lose(true);
    await sweep(losing);
    losing.usePolicy({ presets: [preset], limits: NO_LIMITS });
    expect(await losing.grant(asked, never)).toMatchObject({ replayed: false });
  });

  test('is free again with its key when it was not kept', async () => {
    const { losing, state } = await lose(false);
    await sweep(losing);
    expect(await state.list(DEV_CALLER.id)).toEqual([]);
    expect(await losing.grant(asked, never)).toMatchObject({ replayed: false });
  });
});

describe('a grant that nobody received', () => {
  const { signal } = new AbortController();
  const asked = { caller: DEV_CALLER, preset, key: 'one' };
  const brokerWith = (state: MemoryState): Broker =>
    new Broker({
      policy: { presets: [preset], limits: NO_LIMITS },
      vendors: { simli: vendor },
      state,
      watch: silent,
      seal: new Seal(),
    });

  test('gives its key back, so that its caller may ask with that again', async () => {
    const keeping = brokerWith(new MemoryState());
    const first = await keeping.grant(asked, signal);
    await keeping.abandon(first);
    const second = await keeping.grant(asked, signal);
    expect(second).toMatchObject({ replayed: false });
    expect(second.id).not.toBe(first.id);
  });

  test('keeps its key where others were given it, and only the replay was not received', async () => {
    const keeping = brokerWith(new MemoryState());
    const first = await keeping.grant(asked, signal);
    await keeping.abandon(await keeping.grant(asked, signal));
    expect(await keeping.grant(asked, signal)).toMatchObject({ replayed: true, id: first.id });
  });

  test('frees nobody’s key but its own', async () => {
    const keeping = brokerWith(new MemoryState());
    const first = await keeping.grant(asked, signal);
    await keeping.abandon(first);
    const second = await keeping.grant(asked, signal);
    await keeping.abandon(first);
    expect(await keeping.grant(asked, signal)).toMatchObject({ replayed: true, id: second.id });
  });

  test('is ended also while its key cannot be freed', async () => {
    const state = new MemoryState();
    const keeping = brokerWith(state);
    const first = await keeping.grant(asked, signal);
    state.abandonIntent = () => Promise.reject(new StateUnavailable('gone'));
    await keeping.abandon(first);
    expect(await state.find(first.id)).toMatchObject({ status: 'ending', endReason: 'caller_gone' });
  });
});

test('it is not settled while a page’s word is looked into', async () => {
  let answered = false;
  const state = new MemoryState();
  const anam: Vendor = {
    ...vendor,
    name: 'anam',
    confirm: async () => {
      await wait(50);
      return (answered = true);
    },
  };
  const guide: Preset = { ...preset, vendor: 'anam' };
  const policy = { presets: [guide], limits: NO_LIMITS };
  const asking = new Broker({ policy, vendors: { anam }, state, watch: silent, seal: new Seal() });
  const { id } = await asking.grant({ caller: DEV_CALLER, preset: guide }, new AbortController().signal);
  await asking.heartbeat(DEV_CALLER, id, '6f1f3c1e-7a52-4b43-9d0a-1b7d6f4e2a11');
  await asking.settled();
  expect(answered).toBe(true);
});

test('a kill switch holds for whoever is tried next, too', async () => {
  const [first, second] = [
    { ...preset, name: 'first', fallback: ['second'] },
    { ...preset, name: 'second' },
  ];
  const presets = [first, second];
  const failing: Vendor = {
    ...vendor,
    mint: () => {
      killing.usePolicy({ presets, killSwitch: new Set(['all']) });
      return Promise.reject(new AvatarError({ code: 'timeout', message: 'took too long', vendor: 'simli' }));
    },
  };
  const parts = { vendors: { simli: failing }, state: new MemoryState(), watch: silent, seal: new Seal() };
  const killing = new Broker({ ...parts, policy: { presets, limits: NO_LIMITS } });
  const asked = { caller: DEV_CALLER, preset: first };
  await expect(killing.grant(asked, new AbortController().signal)).rejects.toMatchObject({ code: 'killed' });
});

describe('a kill switch that is thrown while the vendor', () => {
  /** Asks for a session that is killed by its vendor's first or second answer; with what the vendor was asked for. */
  async function killIn(call: 'mint' | 'start'): Promise<{ asked: string[]; state: MemoryState }> {
    const asked: string[] = [];
    const note = (name: string): void => {
      asked.push(name);
      if (name === call) killing.usePolicy({ presets: [host], killSwitch: new Set(['liveavatar']) });
    };
    const liveavatar: Vendor = {
      ...vendor,
      name: 'liveavatar',
      mint: () => {
        note('mint');
        return Promise.resolve({ token: 't', connect: {}, vendorSessionId: 'v' });
      },
      start: () => {
        note('start');
        return Promise.resolve({});
      },
      stop: () => {
        note('stop');
        return Promise.resolve('over');
      },
    };
    const host: Preset = { ...preset, name: 'host', vendor: 'liveavatar', start: true };
    const state = new MemoryState();
    const parts = { vendors: { liveavatar }, state, watch: silent, seal: new Seal() };
    const killing = new Broker({ ...parts, policy: { presets: [host], limits: NO_LIMITS } });
    const granting = killing.grant({ caller: DEV_CALLER, preset: host }, new AbortController().signal);
    await expect(granting).rejects.toMatchObject({ code: 'killed', limit: 'killSwitch.liveavatar' });
    return { asked, state };
  }

  test.each([
    ['mints lets no session be started', 'mint', ['mint', 'stop']],
    ['starts a session lets it be granted to nobody, and has it stopped', 'start', ['mint', 'start', 'stop']],
  ] as const)('%s', async (_what, call, calls) => {
    const { asked, state } = await killIn(call);
    expect(asked).toEqual(calls);
    expect(await state.list(DEV_CALLER.id)).toEqual([]);
  });
});

test('who gets no other preset, for what the first may still run, is told of the vendor', async () => {
  const host: Vendor = {
    ...vendor,
    name: 'liveavatar',
    mint: () => Promise.resolve({ token: 't', connect: {}, vendorSessionId: 'v' }),
    start: () =>
      Promise.reject(new AvatarError({ code: 'timeout', message: 'took too long', vendor: 'liveavatar' })),
    stop: () => Promise.resolve('over'),
  };
  const first: Preset = { ...preset, name: 'host', vendor: 'liveavatar', start: true, fallback: ['greeter'] };
  const limits = { ...NO_LIMITS, sessions: { perCaller: 1, perVendor: {} } };
  const parts = { vendors: { simli: vendor, liveavatar: host }, state: new MemoryState(), watch: silent };
  const one = new Broker({ ...parts, seal: new Seal(), policy: { presets: [first, preset], limits } });
  const asked = { caller: DEV_CALLER, preset: first };
  await expect(one.grant(asked, new AbortController().signal)).rejects.toMatchObject({ code: 'timeout' });
});

test('a preset and those in its place share the time that a grant may take', async () => {
  const given: number[] = [];
  const failing = {
    ...vendor,
    mint: (_order: object, { deadlineMs = 0 }: Within): Promise<never> => {
      given.push(deadlineMs);
      return Promise.reject(new AvatarError({ code: 'timeout', message: 'took too long', vendor: 'simli' }));
    },
  };
  const presets = ['first', 'second', 'third'].map((name) => ({ ...preset, name }));
  const fallback = { ...preset, fallback: presets.map(({ name }) => name) };
  const policy = { presets: [fallback, ...presets], limits: NO_LIMITS };
  const parts = { vendors: { simli: failing }, state: new MemoryState(), watch: silent, seal: new Seal() };
  const asked = { caller: DEV_CALLER, preset: fallback };
  await expect(new Broker({ ...parts, policy }).grant(asked, new AbortController().signal)).rejects.toThrow();
  const shares = [1 / 4, 1 / 3, 1 / 2, 1].map((share) => share * VENDOR_DEADLINE_MS);
  expect(given).toHaveLength(4);
  for (const [at, share] of shares.entries()) expect(given[at]).toBeLessThanOrEqual(share);
});

test('nobody is shown what a preset asks of its vendor, and only who may use it sees it', () => {
  expect(broker.presets(DEV_CALLER)).toEqual([
    { name: 'greeter', vendor: 'simli', limits: { maxSessionSeconds: 60, idleSeconds: 10 } },
  ]);
  expect(broker.presets(stranger)).toEqual([]);
});

test('a preset is for callers whose proof allows it', () => {
  expect(broker.find(DEV_CALLER, 'greeter')).toBe(preset);
  expect(() => broker.find(stranger, 'greeter')).toThrow('The token lacks the scope avatars.');
});

test.each(['nobody', '__proto__', 'constructor'])('there is no preset %s', (name) => {
  expect(() => broker.find(DEV_CALLER, name)).toThrow('There is no preset of that name.');
});

test('a killed vendor is not asked for tokens ahead of time', async () => {
  let minted = 0;
  const anam: Vendor = {
    ...vendor,
    name: 'anam',
    mint: () => {
      minted++;
      const expiresAt = new Date(Date.now() + 3_600_000);
      return Promise.resolve({ token: String(minted), expiresAt, connect: {} });
    },
  };
  const warm: Preset = { ...preset, name: 'warm', vendor: 'anam', warm: 2 };
  const policy = { presets: [warm], limits: NO_LIMITS };
  const parts = { vendors: { anam }, state: new MemoryState(), watch: silent, seal: new Seal() };
  const killed = new Broker({ ...parts, policy: { ...policy, killSwitch: new Set(['anam']) } });
  killed.warm.fill();
  expect(minted).toBe(0);
  killed.usePolicy(policy);
  killed.warm.fill();
  await expect.poll(() => killed.warm.take(warm)?.token).toBeDefined();
  killed.usePolicy({ ...policy, killSwitch: new Set(['all']) });
  expect(killed.warm.take(warm)).toBeUndefined();
});
