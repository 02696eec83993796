import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../../control/clock.ts';
import { remember } from '../../remember.ts';

/** What a token of the sandbox's begins with, which no key does. */
const MARK = Buffer.from('sandbox-token');

/** Whether a credential is a session token and no API key: one of this sandbox's, or one of another day's. */
export function isSessionToken(credential: string): boolean {
  return Buffer.from(credential, 'base64url').subarray(0, MARK.length).equals(MARK);
}

/** What a token was minted for. */
export interface SimliGrant {
  readonly faceId: string;
  readonly maxSessionLength: number;
  readonly maxIdleTime: number;
}

/** A session that was started with a token. */
export interface SimliSession {
  readonly session_id: string;
  readonly faceId: string;
  /** Milliseconds since the epoch, by the sandbox's clock. */
  readonly startedAt: number;
  /** Absent while it lives. */
  readonly endedAt?: number;
}

interface Run {
  readonly session: SimliSession;
  /** When it ends whatever happens. */
  readonly endsAt: number;
  readonly idleMs: number;
  /** When it last was given something to say; a session that is given nothing idles from its start. */
  heardAt: number;
  endedAt?: number;
}

/** Tokens, each good for one session, and the sessions. The vendor states no lifetime for a token: it has none. */
export class SimliSessions {
  readonly #clock: Clock;
  readonly #grants = new Map<string, SimliGrant>();
  readonly #runs = new Map<string, Run>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  mint(grant: SimliGrant): string {
    const token = Buffer.concat([MARK, randomBytes(32)]).toString('base64url');
    remember(this.#grants, token, grant);
    return token;
  }

  /**
   * Starts the token's one session; undefined when there is no such token, or no more. What one is given to say that
   * is elsewhere, in a room of the caller's own, is not known here: it never idles.
   */
  redeem(token: string, isElsewhere: boolean = false): SimliSession | undefined {
    const grant = this.#grants.get(token);
    if (!grant) return undefined;
    this.#grants.delete(token);
    const startedAt = this.#clock.now();
    const session = { session_id: randomUUID(), faceId: grant.faceId, startedAt };
    const endsAt = startedAt + Math.max(0, grant.maxSessionLength) * 1000;
    const idleMs = isElsewhere ? Infinity : Math.max(0, grant.maxIdleTime) * 1000;
    remember(this.#runs, session.session_id, { session, endsAt, idleMs, heardAt: startedAt });
    return session;
  }

  /** The session was given something to say. */
  heard(id: string): void {
    const run = this.#runs.get(id);
    if (run) run.heardAt = this.#clock.now();
  }

  /** Ends a session that lives. */
  finish(id: string): void {
    const run = this.#runs.get(id);
    if (run) run.endedAt = endOf(run, this.#clock.now()) ?? this.#clock.now();
  }

  /** Whether it has ended, or is unknown. */
  isOver(id: string): boolean {
    const run = this.#runs.get(id);
    return !run || endOf(run, this.#clock.now()) !== undefined;
  }

  list(): readonly SimliSession[] {
    const now = this.#clock.now();
    return [...this.#runs.values()].map((run) => {
      const endedAt = endOf(run, now);
      return endedAt === undefined ? run.session : { ...run.session, endedAt };
    });
  }

  clear(): void {
    this.#grants.clear();
    this.#runs.clear();
  }
}

/** When it ended; undefined while it lives. */
function endOf({ endedAt, endsAt, heardAt, idleMs }: Run, now: number): number | undefined {
  const due = Math.min(endsAt, heardAt + idleMs);
  return endedAt ?? (due <= now ? due : undefined);
}
