import {
  REFUSED_UNSTARTED_IF_TIMED_STATUSES,
  REFUSED_UNSTARTED_STATUSES,
  REPEATED_STATUSES,
} from './constants.ts';
import type { ErrorCode } from './error-codes.ts';
import type { Phase } from './errors.ts';
import type { Issue } from './issue.ts';
import { UNSENT } from './transport/connection-failure.ts';
import type { WireFailure } from './transport/transport.ts';

/** How one attempt failed, before it is known whether it will be the last. */
export interface Failure {
  readonly code: ErrorCode;
  /** What happened, without the names of vendor and operation. */
  readonly message: string;
  /** `always`: the vendor cannot have acted. `if-safe`: it may have. `never`: the same request fails the same way. */
  readonly repeat: 'always' | 'if-safe' | 'never';
  readonly status?: number | undefined;
  readonly vendorCode?: string | undefined;
  readonly vendorMessage?: string | undefined;
  readonly issues?: readonly Issue[] | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly scope?: 'attempt' | 'deadline' | undefined;
  readonly phase?: Phase | undefined;
  readonly cause?: unknown;
}

/** Whether a repeat may cure an answer that was read as `code`, and says when to come back or does not. */
export function repeatOf(
  code: ErrorCode,
  status: number,
  retryAfterMs: number | undefined,
): Failure['repeat'] {
  const passing = code === 'rate_limited' || code === 'vendor_unavailable' || code === 'vendor_error';
  if (!passing || !REPEATED_STATUSES.includes(status)) return 'never';
  const unstarted =
    REFUSED_UNSTARTED_STATUSES.includes(status) ||
    (retryAfterMs !== undefined && REFUSED_UNSTARTED_IF_TIMED_STATUSES.includes(status));
  return unstarted ? 'always' : 'if-safe';
}

/** An exchange that gave no answer. */
export function wireFailure(failure: WireFailure): Failure {
  const { kind, phase, message, cause } = failure;
  if (kind === 'too_large') return { code: 'invalid_response', message, repeat: 'never' };
  if (kind === 'dispatcher') {
    const issues = [{ path: 'dispatcher', message }];
    return { code: 'configuration', message: `dispatcher ${message}`, repeat: 'never', issues };
  }
  const repeat = { cured: 'always', perhaps: 'if-safe', pointless: 'never' } as const;
  return {
    code: 'connection',
    message: `the connection failed (${phase}): ${message}`,
    repeat: repeat[failure.repeat],
    phase,
    cause,
  };
}

/** An attempt, or the whole call, that took too long. */
export function timeoutFailure(
  scope: 'attempt' | 'deadline',
  afterMs: number,
  phase: Phase | undefined,
): Failure {
  const stood = phase === undefined ? '' : ` (phase: ${phase})`;
  const what = scope === 'attempt' ? 'the attempt' : 'the call';
  return {
    code: 'timeout',
    message: `${what} took longer than ${Math.round(afterMs)} ms${stood}`,
    repeat: phase === undefined || UNSENT.includes(phase) ? 'always' : 'if-safe',
    scope,
    phase,
  };
}

/** A call that its caller cancelled. */
export function abortFailure(reason: unknown): Failure {
  return { code: 'aborted', message: 'the caller aborted it', repeat: 'never', cause: reason };
}
