import { advanceProblem, createClock, type Clock } from './control/clock.ts';
import { Faults, type Fault, type FaultHandle } from './control/faults.ts';
import { createJournal, type Journal, type JournalEntry } from './control/journal.ts';
import type { Disturbance, DisturbanceTarget } from './control/disturbances.ts';
import { Realtime, type RealtimeSession } from './control/realtime.ts';
import { RoomRegistry } from './livekit/room-registry.ts';
import { listen, shut } from './http/server.ts';
import type { RequestContext } from './http/vendor-requests.ts';
import { checkOptions } from './options.ts';
import type { Operations, Vendor } from './vendor.ts';
import { createAnam, type AnamOptions } from './vendors/anam/anam.ts';
import { createLiveAvatar } from './vendors/liveavatar/liveavatar.ts';
import type { LiveAvatarOptions } from './vendors/liveavatar/sessions.ts';
import { SimliSessions, type SimliSession } from './vendors/simli/sessions.ts';
import { createSimli } from './vendors/simli/simli.ts';

/** `undefined` is the same as absent, here and in all that it holds. */
export interface SandboxOptions {
  /** The port on 127.0.0.1; 0, the default, takes any free one. */
  readonly port?: number | undefined;
  /** The time by which tokens and sessions end; real time by default. */
  readonly clock?: Clock | undefined;
  readonly anam?: AnamOptions | undefined;
  readonly liveavatar?: LiveAvatarOptions | undefined;
  /** Told of every request once its answer is known. What it throws becomes a warning of the process. */
  readonly onRequest?: ((entry: JournalEntry) => unknown) | undefined;
}

/** Where one vendor is found. */
export interface VendorEndpoint {
  /** What to give a client as its base URL; a browser SDK takes the same with `ws:`. */
  readonly baseUrl: string;
}

export interface SimliEndpoint extends VendorEndpoint {
  /** The sessions that were started, also those that have ended. */
  sessions(): readonly SimliSession[];
}

/** The three vendors, on this machine. */
export interface Sandbox extends AsyncDisposable {
  readonly url: string;
  readonly simli: SimliEndpoint;
  readonly anam: VendorEndpoint;
  readonly liveavatar: VendorEndpoint;
  readonly clock: Clock;
  /** What arrived, oldest first, without its secrets; `journal.clear()` empties it. */
  readonly journal: Journal;
  /** Makes calls of one operation fail; a wrong fault is a TypeError that names the field. */
  fail<V extends Vendor>(vendor: V, operation: Operations[V], fault: Fault): FaultHandle;
  /**
   * Makes something go wrong with the picture or its signalling: for the next session (by default), for the live
   * ones, or for one of them. What is wrong with it is a TypeError that names the field.
   */
  disturb(vendor: Vendor, disturbance: Disturbance, on?: DisturbanceTarget): FaultHandle;
  /** The sessions that somebody watches now, or is about to. */
  sessions(): readonly RealtimeSession[];
  /** Forgets tokens, sessions, faults and journal, and breaks what a fault still holds; the clock goes on. */
  reset(): void;
  /** Ends every connection and the server. */
  close(): Promise<void>;
}

/** Starts the three vendors on loopback; a wrong option is a TypeError that names it. */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  checkOptions(options);
  const { onRequest } = options;
  const realtime = new Realtime();
  const clock = watched(options.clock ?? createClock(), realtime);
  const context = { clock, realtime };
  const simliSessions = new SimliSessions(clock);
  const vendors = {
    simli: createSimli({ ...context, sessions: simliSessions, roomRegistry: new RoomRegistry() }),
    anam: createAnam(context, options.anam ?? {}),
    liveavatar: createLiveAvatar(context, options.liveavatar ?? {}),
  };
  const faults = new Faults();
  const { journal, record } = createJournal();
  const closing = new AbortController();
  let resetting = new AbortController();
  const arrived: RequestContext['record'] = (raw) => {
    const complete = record(raw);
    return (status, notes) => {
      tell(onRequest, complete(status, notes));
    };
  };
  const reset = (): void => {
    resetting.abort();
    resetting = new AbortController();
    for (const emulation of Object.values(vendors)) emulation.reset();
    realtime.clear();
    faults.clear();
    journal.clear();
  };
  const { server, url } = await listen(
    {
      vendors,
      faults,
      clock,
      closing: closing.signal,
      nextReset: () => AbortSignal.any([closing.signal, resetting.signal]),
      record: arrived,
    },
    { faults, realtime, journal, clock, reset },
    options.port ?? 0,
  );
  const close = async (): Promise<void> => {
    realtime.clear();
    closing.abort();
    await shut(server);
  };
  return {
    url,
    simli: { baseUrl: `${url}/simli`, sessions: () => simliSessions.list() },
    anam: { baseUrl: `${url}/anam` },
    liveavatar: { baseUrl: `${url}/liveavatar` },
    clock,
    journal,
    fail: (vendor, operation, fault) => faults.add(vendor, operation, fault),
    disturb: (vendor, disturbance, on = 'next') => realtime.disturb(vendor, disturbance, on),
    sessions: () => realtime.list(),
    reset,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Whatever a client sends is told on: no listener may turn it into the end of the process. */
function tell(listener: SandboxOptions['onRequest'], entry: JournalEntry): void {
  new Promise((resolve) => {
    resolve(listener?.(entry));
  }).catch((error: unknown) => {
    process.emitWarning(`onRequest failed: ${String(error)}`, 'SandboxWarning');
  });
}

/** The same clock, within its bounds; when it is advanced, sessions whose time is over have ended. */
function watched(clock: Clock, realtime: Realtime): Clock {
  return {
    now: () => clock.now(),
    advance: async (ms) => {
      const problem = advanceProblem(ms, clock.now());
      if (problem !== undefined) throw new TypeError(problem);
      await clock.advance(ms);
      realtime.settle();
    },
  };
}
