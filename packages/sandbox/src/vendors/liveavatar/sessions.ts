import { randomUUID } from 'node:crypto';
import type { Clock } from '../../control/clock.ts';
import { remember } from '../../remember.ts';
import { jwtPayload, jwtShaped } from '../jwt.ts';
import {
  creditRate,
  creditsConsumed,
  finish,
  isActive,
  nextLineAt,
  settle,
  type LiveSession,
  type SessionPlan,
} from './session.ts';

export interface LiveAvatarOptions {
  /** How many sessions may be active at once; no limit by default. */
  readonly concurrency?: number | undefined;
  /** Credits of the account, spent while sessions run (FULL 2, LITE 1 a minute); no limit by default. */
  readonly credits?: number | undefined;
}

/** Why a session did not start. */
export type StartRefusal = 'stopped-before' | 'started-before' | 'concurrency' | 'credits';

/** Whether a credential is a session token and no API key: one of this sandbox's, or one of another day's. */
export function isSessionToken(credential: string): boolean {
  return jwtPayload(credential)?.['start_session_data'] !== undefined;
}

/** LiveAvatar's sessions: created, active, ended. A token is good as long as its session is known. */
export class LiveSessions {
  readonly #clock: Clock;
  readonly #concurrency: number;
  readonly #credits: number;
  readonly #byId = new Map<string, LiveSession>();
  readonly #byToken = new Map<string, LiveSession>();

  constructor(clock: Clock, { concurrency = Infinity, credits = Infinity }: LiveAvatarOptions) {
    this.#clock = clock;
    this.#concurrency = concurrency;
    this.#credits = credits;
  }

  create(plan: SessionPlan): LiveSession {
    const id = randomUUID();
    const now = this.#clock.now();
    const token = jwtShaped({
      session_id: id,
      start_session_data: { mode: plan.mode },
      iat: Math.floor(now / 1000),
    });
    const session: LiveSession = { id, token, plan, createdAt: now, updatedAt: now, transcript: [] };
    remember(this.#byId, id, session);
    remember(this.#byToken, token, session);
    return session;
  }

  byToken(token: string): LiveSession | undefined {
    return this.#settled(this.#byToken.get(token));
  }

  byId(id: string): LiveSession | undefined {
    return this.#settled(this.#byId.get(id.toLowerCase()));
  }

  /** Makes a created session active; says why when it cannot. */
  start(session: LiveSession): StartRefusal | undefined {
    if (session.run) return 'started-before';
    if (session.end) return 'stopped-before';
    if (this.#concurrency !== Infinity && this.all().filter(isActive).length >= this.#concurrency) {
      return 'concurrency';
    }
    const now = this.#clock.now();
    const { mode, isSandbox } = session.plan;
    const minutes = isSandbox ? Infinity : this.#creditsLeft(now) / creditRate[mode];
    // Documented: at least one minute of credit is needed to start.
    if (minutes < 1) return 'credits';
    // Sessions that run side by side each count on what was left at their start.
    session.run = { startedAt: now, lastSignAt: now, creditsEndAt: now + minutes * 60_000 };
    session.updatedAt = now;
    return undefined;
  }

  /** Puts the idle time-out off; false when the session is not active. */
  keepAlive(session: LiveSession): boolean {
    if (!session.run || session.end) return false;
    session.run.lastSignAt = session.updatedAt = this.#clock.now();
    return true;
  }

  /** Ends a session that has not ended; stopping it again changes nothing. */
  stop(session: LiveSession, reason: string): void {
    if (!session.end) finish(session, this.#clock.now(), reason);
  }

  /** Ends the session if its time has come. */
  settle(session: LiveSession): void {
    settle(session, this.#clock.now());
  }

  /** Notes what was said in a session. */
  transcribe(session: LiveSession, role: 'user' | 'avatar', transcript: string): void {
    const absolute_timestamp = nextLineAt(session, this.#clock.now());
    const relative_timestamp = absolute_timestamp - (session.run?.startedAt ?? absolute_timestamp);
    session.transcript.push({ role, transcript, absolute_timestamp, relative_timestamp });
  }

  /** Every session, newest first. */
  all(): readonly LiveSession[] {
    const now = this.#clock.now();
    const sessions = [...this.#byId.values()].reverse();
    for (const session of sessions) settle(session, now);
    return sessions;
  }

  clear(): void {
    this.#byId.clear();
    this.#byToken.clear();
  }

  #creditsLeft(now: number): number {
    if (this.#credits === Infinity) return Infinity;
    return this.all().reduce((left, session) => left - creditsConsumed(session, now), this.#credits);
  }

  #settled(session: LiveSession | undefined): LiveSession | undefined {
    if (session) settle(session, this.#clock.now());
    return session;
  }
}
