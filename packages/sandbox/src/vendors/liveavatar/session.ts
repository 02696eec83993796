/** Without a keep-alive a session ends after five minutes. */
const IDLE_MS = 300_000;
/** A session with `is_sandbox` ends after about a minute. */
const SANDBOX_MS = 60_000;
const MINUTE_MS = 60_000;

/** Credits for one minute. */
export const creditRate: Readonly<Record<Mode, number>> = { FULL: 2, LITE: 1 };

export type Mode = 'FULL' | 'LITE';

/** What a session was minted with: it never changes. */
export interface SessionPlan {
  readonly mode: Mode;
  readonly avatarId: string;
  /** The context that the request names; a voice agent's own is nothing that the sandbox knows. */
  readonly contextId: string | undefined;
  readonly isSandbox: boolean;
  readonly maxDurationMs: number;
  /** The caller's own room; the sandbox provides one when absent. */
  readonly room: { readonly url: string; readonly token: string } | undefined;
  /** Another company's agent speaks for the avatar, so nobody else may. */
  readonly hasConnector: boolean;
}

export interface LiveSession {
  readonly id: string;
  readonly token: string;
  readonly plan: SessionPlan;
  readonly createdAt: number;
  updatedAt: number;
  run?: Run;
  end?: { readonly at: number; readonly reason: string };
  /** What was said in it. */
  readonly transcript: TranscriptLine[];
}

export interface TranscriptLine {
  readonly role: 'user' | 'avatar';
  readonly transcript: string;
  readonly absolute_timestamp: number;
  readonly relative_timestamp: number;
}

interface Run {
  readonly startedAt: number;
  lastSignAt: number;
  /** When the credits that were left at the start are used up. */
  readonly creditsEndAt: number;
}

/** How long a session may last, all told. */
export function maxDurationMs({ isSandbox, maxDurationMs: planned }: SessionPlan): number {
  return isSandbox ? Math.min(planned, SANDBOX_MS) : planned;
}

/** Ends a session whose time has come, at the moment at which it came. */
export function settle(session: LiveSession, now: number): void {
  const { run, plan } = session;
  if (!run || session.end) return;
  const ends = [
    { at: run.lastSignAt + IDLE_MS, reason: 'IDLE_TIMEOUT' },
    { at: run.startedAt + maxDurationMs(plan), reason: 'MAX_DURATION_REACHED' },
    { at: run.creditsEndAt, reason: 'NO_CREDITS' },
  ];
  const first = ends.reduce((a, b) => (b.at < a.at ? b : a));
  if (first.at <= now) finish(session, first.at, first.reason);
}

export function finish(session: LiveSession, at: number, reason: string): void {
  session.end = { at, reason };
  session.updatedAt = at;
}

export function isActive(session: LiveSession): boolean {
  return session.run !== undefined && session.end === undefined;
}

/** A session that was stopped before its start has never run, and so has not ended either. */
export function isHistoric(session: LiveSession): boolean {
  return session.run !== undefined && session.end !== undefined;
}

/** When a line is said that is said now. No two lines share a time: what was read would not end between them. */
export function nextLineAt({ transcript }: LiveSession, now: number): number {
  const last = transcript.at(-1);
  return last ? Math.max(now, last.absolute_timestamp + 1) : now;
}

/** Milliseconds that a session has run. */
export function ranMs({ run, end }: LiveSession, now: number): number {
  return run ? Math.max(0, (end?.at ?? now) - run.startedAt) : 0;
}

export function creditsConsumed(session: LiveSession, now: number): number {
  const { isSandbox, mode } = session.plan;
  return isSandbox ? 0 : (creditRate[mode] * ranMs(session, now)) / MINUTE_MS;
}
