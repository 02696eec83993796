import { backoffMs } from './backoff.ts';
import { RETRY_AFTER_JITTER_MS, RETRY_AFTER_MAX_MS, WAIT_FLOOR_MS } from './constants.ts';
import type { StoppedBy } from './errors.ts';
import type { Failure } from './failure.ts';

/** How far a call has come when an attempt of it has failed. */
export interface Progress {
  /** Attempts begun. */
  readonly attempts: number;
  readonly maxAttempts: number;
  /** How many of them were answered with 500. */
  readonly serverErrors: number;
  /** Whether the operation may happen twice. */
  readonly safe: boolean;
  /** Until the deadline, in milliseconds. */
  readonly remainingMs: number;
}

/** Go on after a wait, or stop for a reason. */
export type Verdict = { readonly delayMs: number } | { readonly stoppedBy: StoppedBy };

/**
 * The one place where it is decided whether a call goes on. The retry budget is asked afterwards, since only a
 * retry that will be made may be charged.
 */
export function decide(failure: Failure, progress: Progress, random: () => number): Verdict {
  if (failure.code === 'aborted') return { stoppedBy: 'aborted' };
  if (failure.scope === 'deadline') return { stoppedBy: 'deadline' };
  if (!mayRepeat(failure, progress.safe)) return { stoppedBy: 'not_retryable' };
  if (progress.attempts >= progress.maxAttempts) return { stoppedBy: 'attempts' };
  // A vendor's 500 may be the request's own fault, so it is tried once more and not again.
  if (failure.status === 500 && progress.serverErrors > 1) return { stoppedBy: 'attempts' };
  const { retryAfterMs } = failure;
  if (retryAfterMs === undefined) {
    const delayMs = backoffMs(progress.attempts - 1, failure.status, random());
    return delayMs < progress.remainingMs ? { delayMs } : { stoppedBy: 'deadline' };
  }
  const delayMs = Math.max(WAIT_FLOOR_MS, retryAfterMs + random() * RETRY_AFTER_JITTER_MS);
  const bearable = retryAfterMs <= RETRY_AFTER_MAX_MS && delayMs < progress.remainingMs;
  return bearable ? { delayMs } : { stoppedBy: 'retry_after_too_long' };
}

/** Whether the same call may succeed when it is made again. */
export function mayRepeat(failure: Failure, safe: boolean): boolean {
  return failure.repeat === 'always' || (failure.repeat === 'if-safe' && safe);
}
