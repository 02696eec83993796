import type { Clock } from '../../control/clock.ts';
import { remember } from '../remember.ts';
import type { AnamPersona } from './tokens.ts';

/** A started session that no browser has joined holds its place no longer than this. */
const JOIN_MS = 30_000;

export interface AnamSession {
  readonly id: string;
  readonly persona: AnamPersona;
  readonly startedAt: number;
  /** Somebody has joined it. */
  joined: boolean;
  /** Why it ended. */
  ended?: string;
}

/** Engine sessions: started with a token, joined by a browser, ended. */
export class AnamSessions {
  readonly #clock: Clock;
  readonly #sessions = new Map<string, AnamSession>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(id: string, persona: AnamPersona): void {
    remember(this.#sessions, id, { id, persona, startedAt: this.#clock.now(), joined: false });
  }

  /** The session, also when it is over. */
  find(id: string): AnamSession | undefined {
    return this.#sessions.get(id);
  }

  /** Why it is over; undefined while it is not. */
  over(session: AnamSession): string | undefined {
    const ranMs = this.#clock.now() - session.startedAt;
    const { maxSessionLengthSeconds = Infinity } = session.persona;
    if (ranMs >= maxSessionLengthSeconds * 1000) session.ended ??= 'Session length limit reached';
    if (!session.joined && ranMs >= JOIN_MS) session.ended ??= 'Nobody joined';
    return session.ended;
  }

  active(): number {
    return [...this.#sessions.values()].filter((session) => this.over(session) === undefined).length;
  }

  clear(): void {
    this.#sessions.clear();
  }
}
