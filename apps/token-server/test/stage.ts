import { AvatarError } from '@org/core';
import { Broker } from '../src/broker/broker.ts';
import { DEV_CALLER } from '../src/broker/caller.ts';
import { Seal } from '../src/broker/seal.ts';
import type { Watch } from '../src/broker/watch.ts';
import { NO_LIMITS } from '../src/config/limits.ts';
import type { Preset } from '../src/config/presets.ts';
import { MemoryState } from '../src/state/memory.ts';
import { DAY_MS, type SessionRecord, type State } from '../src/state/state.ts';
import type { Vendor } from '../src/vendors/vendor.ts';

/** A preset whose sessions nothing but their own cap ends. */
export const face: Preset = {
  name: 'face',
  vendor: 'simli',
  description: undefined,
  caps: { maxSessionSeconds: 600 },
  request: {},
};

/** What a vendor that does not answer rejects with. */
export const down = (): Promise<never> =>
  Promise.reject(new AvatarError({ code: 'timeout', vendor: 'liveavatar', message: 'took too long' }));

/** A broker whose time a test moves, and whose vendors do what the test says. */
export interface Stage {
  readonly broker: Broker;
  /** The sessions that LiveAvatar was asked to stop. */
  readonly stopped: readonly string[];
  /** Why sessions ended, and what failed. */
  readonly told: readonly string[];
  /** How many unknown sessions run at LiveAvatar, each time that this was told; `undefined` where nobody could see. */
  readonly unknown: readonly (number | undefined)[];
  /** The calls to vendors that were timed, and whether they went well. */
  readonly called: readonly string[];
  /** Grants a session; with the record of it. */
  readonly grant: (preset: string) => Promise<SessionRecord>;
  /** What has become of a session. */
  readonly statusOf: (record: SessionRecord) => Promise<string | undefined>;
  readonly beat: (record: SessionRecord) => Promise<void>;
  readonly pass: (ms: number) => void;
}

interface Props {
  readonly presets: readonly Preset[];
  readonly liveavatar?: Partial<Vendor>;
  /** Where the sessions are kept, in place of memory; it goes by the stage's time. */
  readonly keepIn?: (now: () => number) => State;
  readonly reapUnknown?: 'report' | 'stop';
}

const inMemory = (now: () => number): State => new MemoryState(now);

export function setStage({ presets, liveavatar, keepIn = inMemory, reapUnknown }: Props): Stage {
  let now = 1_000 * DAY_MS;
  const state = keepIn(() => now);
  const [stopped, told, called]: [string[], string[], string[]] = [[], [], []];
  const unknown: (number | undefined)[] = [];
  const watch: Watch = {
    offered: () => undefined,
    granted: () => undefined,
    ended: ({ reason }) => told.push(`ended: ${reason}`),
    called: (vendor, call, _seconds, ok) => called.push(`${vendor}: ${call}${ok ? '' : ' failed'}`),
    failed: (what, error) => told.push(`failed: ${what}: ${String(error)}`),
    breaker: () => undefined,
    unknown: (_vendor, count) => unknown.push(count),
  };
  const simli: Vendor = {
    name: 'simli',
    capabilities: { stop: false, keepAlive: false },
    mint: () => Promise.resolve({ token: 'token', connect: {} }),
    close: () => Promise.resolve(),
  };
  let minted = 0;
  const host: Vendor = {
    ...simli,
    name: 'liveavatar',
    mint: () => Promise.resolve({ token: 'token', connect: {}, vendorSessionId: `vendor’s ${++minted}` }),
    start: () => Promise.resolve({}),
    stop: (id) => {
      stopped.push(id);
      return Promise.resolve('over');
    },
    ...liveavatar,
  };
  const broker = new Broker({
    policy: { presets, limits: NO_LIMITS },
    vendors: { simli, liveavatar: host },
    state,
    watch,
    seal: new Seal(),
    ...(reapUnknown !== undefined && { reapUnknown }),
  });
  return {
    broker,
    stopped,
    told,
    unknown,
    called,
    grant: async (name) => {
      const preset = broker.find(DEV_CALLER, name);
      const { id } = await broker.grant({ caller: DEV_CALLER, preset }, new AbortController().signal);
      const record = await state.find(id);
      if (record === undefined) throw new Error('what is granted is remembered');
      return record;
    },
    statusOf: async ({ id }) => (await state.find(id))?.status,
    beat: async ({ id }) => {
      await broker.heartbeat(DEV_CALLER, id);
    },
    pass: (ms) => {
      now += ms;
    },
  };
}
