import type { Clock } from '../control/clock.ts';
import type { Disturbance } from '../control/disturbances.ts';
import { DEFAULT_AFTER_MS } from '../control/disturbances.ts';
import type { Performer, Realtime, RealtimeSession } from '../control/realtime.ts';
import { Studio } from './studio.ts';
import type { Wrtc } from './wrtc.ts';

/** How long a session waits for its lost signalling to come back. */
const GRACE_MS = 10_000;
/** Documented for Simli: an offer is needed within 30 s. Nobody waits longer anywhere. */
const CONNECT_MS = 30_000;

/** What differs from vendor to vendor: the wire between the face and its client. */
export interface Wire {
  /** Tells the client, in the vendor's words, that the session ends; the rest waits for it. */
  goodbye(reason: string): Promise<void> | void;
  /** Breaks the signalling connection. */
  drop(): void;
  /** Closes the media connections, and tells nobody. */
  cutMedia(): void;
  /** All is over, for whatever reason; called once. */
  closed(): void;
}

export interface Part {
  readonly vendor: RealtimeSession['vendor'];
  readonly id: string;
  readonly transport: RealtimeSession['transport'];
  /** Samples a second of what will be said. */
  readonly speechRate: number;
  /** The reason of an end that a disturbance brings without one of its own. */
  readonly endReason: string;
  /** Why the session is over by the vendor's own rules; undefined while it is not. */
  readonly over: () => string | undefined;
}

export interface Theatre {
  readonly clock: Clock;
  readonly realtime: Realtime;
}

/** One face before one client, from the first knock to the end: what is the same for all vendors. */
export class Performance implements Performer {
  readonly studio: Studio;
  /** Nothing that the client sends is answered. */
  silent = false;
  /** No media connection is made any more. */
  dead = false;
  readonly #part: Part;
  readonly #wire: Wire;
  readonly #theatre: Theatre;
  readonly #pending: Disturbance[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #enteredAt: number;
  #live = false;
  #awaySince: number | undefined;
  #over = false;

  constructor(theatre: Theatre, wrtc: Wrtc, part: Part, wire: Wire) {
    this.#theatre = theatre;
    this.#part = part;
    this.#wire = wire;
    this.#enteredAt = theatre.clock.now();
    this.studio = new Studio(wrtc, part.vendor, part.speechRate);
    theatre.realtime.enter(part.vendor, this);
  }

  get over(): boolean {
    return this.#over;
  }

  view(): RealtimeSession {
    const { vendor, id, transport } = this.#part;
    const state = this.#awaySince !== undefined ? 'away' : this.#live ? 'live' : 'connecting';
    const { framesSent, speech } = this.studio;
    return { vendor, id, transport, state, framesSent, speaking: speech.speaking };
  }

  /** Media flows: the curtain rises. */
  connected(): void {
    if (this.#over || this.dead) return;
    this.studio.start();
    if (this.#live) return;
    this.#live = true;
    for (const disturbance of this.#pending.splice(0)) {
      const strike = (): void => {
        this.disturb(disturbance, 'now');
      };
      this.#timers.push(setTimeout(strike, disturbance.afterMs ?? DEFAULT_AFTER_MS));
    }
  }

  /** The signalling is gone, and may come back. */
  lost(): void {
    this.#awaySince ??= this.#theatre.clock.now();
  }

  /** The signalling is back. */
  found(): void {
    this.#awaySince = undefined;
  }

  disturb(disturbance: Disturbance, when: 'start' | 'now'): void {
    if (this.#over) return;
    switch (disturbance.kind) {
      case 'noVideo':
        this.studio.frozen = true;
        break;
      case 'signallingSilent':
        this.silent = true;
        break;
      case 'capacity':
      case 'badToken':
        // Those strike at the door.
        break;
      default:
        if (when === 'start') this.#pending.push(disturbance);
        else this.#strike(disturbance);
    }
  }

  #strike({ kind, reason }: Disturbance): void {
    if (kind === 'freeze') this.studio.frozen = true;
    else if (kind === 'signallingDrop') this.#wire.drop();
    else if (kind === 'end') this.end(reason ?? this.#part.endReason);
    else {
      this.dead = true;
      this.studio.stop();
      this.#wire.cutMedia();
    }
  }

  settle(): void {
    if (this.#over) return;
    const now = this.#theatre.clock.now();
    const reason = this.#part.over();
    if (reason !== undefined) this.end(reason);
    else if (this.#awaySince !== undefined && now - this.#awaySince >= GRACE_MS) this.close();
    else if (!this.#live && now - this.#enteredAt >= CONNECT_MS) this.close();
  }

  /** Ends it, and says so. */
  end(reason: string): void {
    if (this.#over) return;
    this.#finish();
    void Promise.resolve(this.#wire.goodbye(reason)).finally(() => {
      this.#cleanUp();
    });
  }

  close(): void {
    if (this.#over) return;
    this.#finish();
    this.#cleanUp();
  }

  #finish(): void {
    this.#over = true;
    // What comes while the connection closes must not open another one.
    this.dead = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#theatre.realtime.leave(this);
    this.studio.stop();
  }

  #cleanUp(): void {
    this.studio.close();
    this.#wire.cutMedia();
    this.#wire.drop();
    this.#wire.closed();
  }
}
