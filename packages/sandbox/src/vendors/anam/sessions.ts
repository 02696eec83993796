import type { Clock } from '../../control/clock.ts';
import { remember } from '../../remember.ts';
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
  /** When somebody joined it, or something was last said in it. */
  heardAt: number;
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
    const session = { id, persona, startedAt, isElsewhere, joined: false, heardAt: startedAt };
    remember(this.#sessions, id, session);
  }

  /** The session, also when it is over. */
  find(id: string): AnamSession | undefined {
    return this.#sessions.get(id);
  }

  join(session: AnamSession): void {
    session.joined = true;
    this.heard(session);
  }

  /** Something is said in it. */
  heard(session: AnamSession): void {
    session.heardAt = this.#clock.now();
  }

  /** When it ended, and why; undefined while it lasts. */
  endOf(session: AnamSession): SessionEnd | undefined {
    const first = endsOf(session).reduce((a, b) => (b.at < a.at ? b : a));
    if (first.at <= this.#clock.now()) session.end ??= first;
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

/** When it would end by itself, and why. */
function endsOf({ persona, startedAt, isElsewhere, joined, heardAt }: AnamSession): readonly SessionEnd[] {
  const { maxSessionLengthSeconds = Infinity, voiceDetectionOptions } = persona;
  // What none at all would mean is not documented: here it is no limit.
  const { silenceBeforeSessionEndSeconds: silence = 0 } = voiceDetectionOptions ?? {};
  const lengthEnd = startedAt + Math.max(0, maxSessionLengthSeconds) * 1000;
  return [
    { at: lengthEnd, reason: 'Session length limit reached' },
    { at: joined || isElsewhere ? Infinity : startedAt + JOIN_MS, reason: 'Nobody joined' },
    { at: joined && silence > 0 ? heardAt + silence * 1000 : Infinity, reason: 'Silence limit reached' },
  ];
}
