import type { Clock } from '../../control/clock.ts';
import { remember } from '../remember.ts';
import type { AnamPersona } from './tokens.ts';

/** A started session that no browser has joined holds its place no longer than this. */
const JOIN_MS = 30_000;

export interface AnamSession {
  readonly id: string;
  readonly persona: AnamPersona;
  readonly startedAt: number;
  /** Its engine joins a room of the caller's own, out of the sandbox's sight. */
  readonly isElsewhere: boolean;
  /** Somebody has joined it. */
  joined: boolean;
  end?: SessionEnd;
}

export interface SessionEnd {
  readonly at: number;
  readonly reason: string;
}

/** Engine sessions: started with a token, joined by a browser, ended. */
export class AnamSessions {
  readonly #clock: Clock;
  readonly #concurrency: number;
  readonly #sessions = new Map<string, AnamSession>();

  constructor(clock: Clock, concurrency: number = Infinity) {
    this.#clock = clock;
    this.#concurrency = concurrency;
  }

  start(id: string, persona: AnamPersona, isElsewhere: boolean = false): void {
    const startedAt = this.#clock.now();
    remember(this.#sessions, id, { id, persona, startedAt, isElsewhere, joined: false });
  }

  /** The session, also when it is over. */
  find(id: string): AnamSession | undefined {
    return this.#sessions.get(id);
  }

  /** When it ended, and why; undefined while it lasts. */
  endOf(session: AnamSession): SessionEnd | undefined {
    const { startedAt, persona, isElsewhere, joined } = session;
    const { maxSessionLengthSeconds = Infinity } = persona;
    this.#endBy(
      session,
      startedAt + Math.max(0, maxSessionLengthSeconds) * 1000,
      'Session length limit reached',
    );
    if (!joined && !isElsewhere) this.#endBy(session, startedAt + JOIN_MS, 'Nobody joined');
    return session.end;
  }

  /** Why it is over; undefined while it is not. */
  over(session: AnamSession): string | undefined {
    return this.endOf(session)?.reason;
  }

  /** Ends it now, unless it is over. */
  end(session: AnamSession, reason: string): void {
    if (!this.endOf(session)) session.end = { at: this.#clock.now(), reason };
  }

  #endBy(session: AnamSession, at: number, reason: string): void {
    if (this.#clock.now() >= at) session.end ??= { at, reason };
  }

  /** Whether no more may run at once; nobody counts them where there is no limit. */
  areFull(): boolean {
    if (this.#concurrency === Infinity) return false;
    const running = [...this.#sessions.values()].filter((session) => this.over(session) === undefined);
    return running.length >= this.#concurrency;
  }

  clear(): void {
    this.#sessions.clear();
  }
}
