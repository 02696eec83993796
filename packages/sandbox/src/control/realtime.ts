import type { Vendor } from '../vendor.ts';
import { vendors } from '../vendor.ts';
import type { Disturbance, DisturbanceTarget } from './disturbances.ts';
import { checkDisturbance, disturbanceKinds } from './disturbances.ts';
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
export interface Performer {
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

/** Who performs, and what shall disturb whom. */
export class Realtime {
  readonly #performers = new Set<Performer>();
  #waiting: Waiting[] = [];
  #count = 0;
  #timer: NodeJS.Timeout | undefined;

  /** A session begins; what waits for the next one strikes it. */
  enter(vendor: Vendor, performer: Performer): void {
    this.#performers.add(performer);
    this.#timer ??= setInterval(() => {
      this.settle();
    }, SETTLE_MS).unref();
    for (const { disturbance } of this.#take(vendor, (kind) => disturbanceKinds[kind].at !== 'door')) {
      performer.disturb(disturbance, 'start');
    }
  }

  leave(performer: Performer): void {
    this.#performers.delete(performer);
    if (this.#performers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Whether somebody who knocks is to be refused, and how. */
  refusal(vendor: Vendor): 'capacity' | 'badToken' | undefined {
    const first = this.#waiting.find(
      (one) => one.vendor === vendor && disturbanceKinds[one.disturbance.kind].at === 'door',
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
      const struck = [...this.#performers].filter((performer) => {
        const view = performer.view();
        return view.vendor === vendor && (on === 'live' || view.id === on);
      });
      if (struck.length === 0) throw new TypeError(`on: ${vendor} has no such live session`);
      for (const performer of struck) performer.disturb(disturbance, 'now');
    }
    return { id, cancel: () => this.#cancel(id) };
  }

  list(): readonly RealtimeSession[] {
    return [...this.#performers].map((performer) => performer.view());
  }

  settle(): void {
    for (const performer of [...this.#performers]) performer.settle();
  }

  /** Takes away what waits. */
  calm(): void {
    this.#waiting = [];
  }

  /** Ends everything. */
  clear(): void {
    this.calm();
    for (const performer of [...this.#performers]) performer.close();
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
