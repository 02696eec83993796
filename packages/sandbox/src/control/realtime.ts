import { vendors, type Vendor } from '../vendor.ts';
import {
  checkDisturbance,
  disturbanceKinds,
  type Disturbance,
  type DisturbanceTarget,
} from './disturbances.ts';
import type { FaultHandle } from './faults.ts';

/** A session that somebody watches, or is about to. */
export interface RealtimeSession {
  readonly vendor: Vendor;
  /** The vendor's own id of the session. */
  readonly id: string;
  readonly transport: 'p2p' | 'livekit';
  /**
   * `connecting` until the first frame, then `live`; `away` while its signalling is lost and may still come back.
   */
  readonly state: 'connecting' | 'live' | 'away';
  readonly framesSent: number;
  readonly speaking: boolean;
}

/** What the registry asks of a session. */
export interface ManagedSession {
  view(): RealtimeSession;
  /** Strikes at once, or if it waits for the session to live, `afterMs` later. */
  disturb(disturbance: Disturbance, when: 'start' | 'now'): void;
  /** Time has passed: ends the session if its time is over. */
  settle(): void;
  /** Ends it without a word to its client. */
  close(): void;
}

interface Waiting {
  readonly id: string;
  readonly vendor: Vendor;
  readonly disturbance: Disturbance;
}

/** Real time between two looks at the clock, while there are sessions. */
const SETTLE_MS = 250;

/** The sessions that run, and what shall disturb which. */
export class Realtime {
  readonly #sessions = new Set<ManagedSession>();
  #waiting: Waiting[] = [];
  #count = 0;
  #timer: NodeJS.Timeout | undefined;

  /** A session begins; what waits for the next one strikes it. */
  add(vendor: Vendor, session: ManagedSession): void {
    this.#sessions.add(session);
    this.#timer ??= setInterval(() => {
      this.settle();
    }, SETTLE_MS).unref();
    for (const { disturbance } of this.#take(vendor, (kind) => disturbanceKinds[kind].at !== 'admission')) {
      session.disturb(disturbance, 'start');
    }
  }

  remove(session: ManagedSession): void {
    this.#sessions.delete(session);
    if (this.#sessions.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Whether the next session is to be refused, and how. */
  refusal(vendor: Vendor): 'capacity' | 'badToken' | undefined {
    const first = this.#waiting.find(
      (one) => one.vendor === vendor && disturbanceKinds[one.disturbance.kind].at === 'admission',
    );
    if (!first) return undefined;
    this.#cancel(first.id);
    return first.disturbance.kind === 'capacity' ? 'capacity' : 'badToken';
  }

  disturb(vendor: Vendor, disturbance: Disturbance, on: DisturbanceTarget): FaultHandle {
    if (!vendors.includes(vendor)) throw new TypeError(`vendor: must be one of ${vendors.join(', ')}`);
    checkDisturbance(vendor, disturbance, on);
    this.#count += 1;
    const id = `disturbance-${this.#count}`;
    if (on === 'next') {
      this.#waiting.push({ id, vendor, disturbance });
    } else {
      const struck = [...this.#sessions].filter((session) => {
        const view = session.view();
        return view.vendor === vendor && (on === 'live' || view.id === on);
      });
      if (struck.length === 0) throw new TypeError(`on: ${vendor} has no such live session`);
      for (const session of struck) session.disturb(disturbance, 'now');
    }
    return { id, cancel: () => this.#cancel(id) };
  }

  list(): readonly RealtimeSession[] {
    return [...this.#sessions].map((session) => session.view());
  }

  settle(): void {
    for (const session of [...this.#sessions]) session.settle();
  }

  /** Takes away what waits. */
  cancelWaiting(): void {
    this.#waiting = [];
  }

  /** Ends everything. */
  clear(): void {
    this.cancelWaiting();
    for (const session of [...this.#sessions]) session.close();
  }

  #take(vendor: Vendor, which: (kind: Disturbance['kind']) => boolean): readonly Waiting[] {
    const taken = this.#waiting.filter((one) => one.vendor === vendor && which(one.disturbance.kind));
    this.#waiting = this.#waiting.filter((one) => !taken.includes(one));
    return taken;
  }

  #cancel(id: string): boolean {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter((one) => one.id !== id);
    return this.#waiting.length < before;
  }
}
