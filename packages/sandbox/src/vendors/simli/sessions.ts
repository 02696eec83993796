import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../../control/clock.ts';
import { remember } from '../remember.ts';

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

/** Tokens, each good for one session, and the sessions. The vendor states no lifetime for a token: it has none. */
export class SimliSessions {
  readonly #clock: Clock;
  readonly #grants = new Map<string, SimliGrant>();
  readonly #sessions = new Map<string, SimliSession & { readonly endsAt: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  mint(grant: SimliGrant): string {
    const token = randomBytes(32).toString('base64url');
    remember(this.#grants, token, grant);
    return token;
  }

  /** Starts the token's one session; undefined when there is no such token, or no more. */
  redeem(token: string): SimliSession | undefined {
    const grant = this.#grants.get(token);
    if (!grant) return undefined;
    this.#grants.delete(token);
    const startedAt = this.#clock.now();
    // Over HTTP nobody is heard to speak, so a session idles from its start.
    const seconds = Math.max(0, Math.min(grant.maxSessionLength, grant.maxIdleTime));
    const session = { session_id: randomUUID(), faceId: grant.faceId, startedAt };
    remember(this.#sessions, session.session_id, { ...session, endsAt: startedAt + seconds * 1000 });
    return session;
  }

  list(): readonly SimliSession[] {
    const now = this.#clock.now();
    return [...this.#sessions.values()].map(({ endsAt, ...session }) =>
      endsAt <= now ? { ...session, endedAt: endsAt } : session,
    );
  }

  clear(): void {
    this.#grants.clear();
    this.#sessions.clear();
  }
}
