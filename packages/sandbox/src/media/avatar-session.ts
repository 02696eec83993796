import type { Clock } from '../control/clock.ts';
import { DEFAULT_AFTER_MS, type Disturbance } from '../control/disturbances.ts';
import type { ManagedSession, Realtime, RealtimeSession } from '../control/realtime.ts';
import { AvatarMedia } from './avatar-media.ts';
import type { Wrtc } from './wrtc.ts';

/** How long a session waits for its lost signalling to come back. */
const GRACE_MS = 10_000;
/** Documented for Simli: an offer is needed within 30 s. Nobody waits longer anywhere. */
const CONNECT_MS = 30_000;

/** What differs from vendor to vendor: how a session reaches its client. */
export interface ClientConnection {
  /** Tells the client, in the vendor's words, that the session ends; the rest waits for it. */
  announceEnd(reason: string): Promise<void> | void;
  /** Breaks the signalling connection. */
  drop(): void;
  /** Closes the media connections, and tells nobody. */
  cutMedia(): void;
  /** All is over, for whatever reason; called once. */
  closed(): void;
}

/** What a vendor says of a session before it begins. */
export interface AvatarSessionPlan {
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

/** What every session needs of the sandbox. */
export interface SessionContext {
  readonly clock: Clock;
  readonly realtime: Realtime;
}

/** One avatar that one client watches, from the first request to the end: what is the same for all vendors. */
export class AvatarSession implements ManagedSession {
  readonly media: AvatarMedia;
  /** Nothing that the client sends is answered. */
  silent = false;
  /** No media connection is made any more. */
  dead = false;
  readonly #plan: AvatarSessionPlan;
  readonly #client: ClientConnection;
  readonly #context: SessionContext;
  readonly #pending: Disturbance[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #createdAt: number;
  #live = false;
  #awaySince: number | undefined;
  #over = false;

  constructor(context: SessionContext, wrtc: Wrtc, plan: AvatarSessionPlan, client: ClientConnection) {
    this.#context = context;
    this.#plan = plan;
    this.#client = client;
    this.#createdAt = context.clock.now();
    this.media = new AvatarMedia(wrtc, plan.vendor, plan.speechRate);
    context.realtime.add(plan.vendor, this);
  }

  get over(): boolean {
    return this.#over;
  }

  view(): RealtimeSession {
    const { vendor, id, transport } = this.#plan;
    const state = this.#awaySince !== undefined ? 'away' : this.#live ? 'live' : 'connecting';
    const { framesSent, speech } = this.media;
    return { vendor, id, transport, state, framesSent, speaking: speech.speaking };
  }

  /** Media can flow: frames are sent from now on. */
  connected(): void {
    if (this.#over || this.dead) return;
    this.media.start();
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
    this.#awaySince ??= this.#context.clock.now();
  }

  /** The signalling is back. */
  found(): void {
    this.#awaySince = undefined;
  }

  disturb(disturbance: Disturbance, when: 'start' | 'now'): void {
    if (this.#over) return;
    switch (disturbance.kind) {
      case 'noVideo':
        this.media.frozen = true;
        break;
      case 'signallingSilent':
        this.silent = true;
        break;
      case 'capacity':
      case 'badToken':
        // Those strike before there is a session.
        break;
      default:
        if (when === 'start') this.#pending.push(disturbance);
        else this.#strike(disturbance);
    }
  }

  #strike({ kind, reason }: Disturbance): void {
    if (kind === 'freeze') this.media.frozen = true;
    else if (kind === 'signallingDrop') this.#client.drop();
    else if (kind === 'end') this.end(reason ?? this.#plan.endReason);
    else {
      this.dead = true;
      this.media.stop();
      this.#client.cutMedia();
    }
  }

  settle(): void {
    if (this.#over) return;
    const now = this.#context.clock.now();
    const reason = this.#plan.over();
    if (reason !== undefined) this.end(reason);
    else if (this.#awaySince !== undefined && now - this.#awaySince >= GRACE_MS) this.close();
    else if (!this.#live && now - this.#createdAt >= CONNECT_MS) this.close();
  }

  /** Ends it, and says so. */
  end(reason: string): void {
    if (this.#over) return;
    this.#finish();
    void Promise.resolve(this.#client.announceEnd(reason)).finally(() => {
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
    this.#context.realtime.remove(this);
    this.media.stop();
  }

  #cleanUp(): void {
    this.media.close();
    this.#client.cutMedia();
    this.#client.drop();
    this.#client.closed();
  }
}
