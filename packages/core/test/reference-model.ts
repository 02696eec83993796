/**
 * The rules of retrying, written a second time from the design's words alone and as plainly as possible, so that
 * the caller can be held against them. It imports nothing of what it judges.
 *
 * @module
 */

/** What one attempt meets. */
export type Meeting =
  | { readonly kind: 'success' }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterMs?: number | undefined }
  /** A limit of the account, whatever the status it comes with. */
  | { readonly kind: 'quota'; readonly status: number }
  /** The connection fails. `unsent`: before anything was sent. */
  | { readonly kind: 'broken'; readonly where: 'unsent' | 'sent' | 'body' };

/** One attempt of a script. */
export interface Step {
  readonly meeting: Meeting;
  /** How long it takes; `Infinity`: for ever. */
  readonly takesMs: number;
  /** Where the exchange stands until then. */
  readonly phase: 'connect' | 'headers' | 'body';
}

/** One call of a script. */
export interface CallPlan {
  readonly safe: boolean;
  readonly maxAttempts: number;
  readonly attemptTimeoutMs: number;
  readonly deadlineMs: number;
  /** When the caller aborts, after the beginning of the call. */
  readonly abortAfterMs: number;
  /** What chance says throughout the call, from 0 to 1. */
  readonly chance: number;
}

/** What a call must come to. */
export interface Expected {
  readonly code: string;
  readonly stoppedBy: string | undefined;
  readonly attempts: number;
  /** When each attempt begins. */
  readonly startsAt: readonly number[];
  readonly endsAt: number;
  /** What is left of the budget. */
  readonly tokens: number;
}

const CODES: Readonly<Record<number, string>> = {
  400: 'invalid_request',
  401: 'invalid_key',
  404: 'not_found',
  408: 'vendor_error',
  409: 'conflict',
  429: 'rate_limited',
  500: 'vendor_error',
  502: 'vendor_unavailable',
  503: 'vendor_unavailable',
  504: 'vendor_unavailable',
};
const ALWAYS_REPEATED = [408, 429];
const REPEATED_WHEN_SAFE = [500, 502, 503, 504];
const COST = 5;

/** Plays one call. `steps` gives what each attempt meets. */
export function play(
  plan: CallPlan,
  beginsAt: number,
  budget: { readonly capacity: number; readonly tokens: number } | undefined,
  steps: () => Step,
): Expected {
  const deadlineAt = beginsAt + plan.deadlineMs;
  const abortAt = beginsAt + plan.abortAfterMs;
  const startsAt: number[] = [];
  let tokens = budget?.tokens ?? Infinity;
  let serverErrors = 0;
  let time = beginsAt;
  const end = (code: string, stoppedBy: string | undefined, endsAt: number): Expected => ({
    code,
    stoppedBy,
    attempts: startsAt.length,
    startsAt,
    endsAt,
    tokens,
  });
  const earn = (earned: number): void => {
    tokens = Math.min(budget?.capacity ?? Infinity, tokens + earned);
  };
  for (;;) {
    startsAt.push(time);
    const { meeting, takesMs, phase } = steps();
    const isCutByDeadline = deadlineAt - time < plan.attemptTimeoutMs;
    const limitMs = Math.min(plan.attemptTimeoutMs, deadlineAt - time);
    const isTooSlow = takesMs >= limitMs;
    const over = time + (isTooSlow ? limitMs : takesMs);
    if (abortAt < over) return end('aborted', 'aborted', abortAt);
    time = over;

    let code: string;
    let repeats: boolean;
    let retryAfterMs: number | undefined;
    let busy = false;
    let isServerError = false;
    if (isTooSlow) {
      if (isCutByDeadline) return end('timeout', 'deadline', time);
      code = 'timeout';
      repeats = phase === 'connect' || plan.safe;
    } else if (meeting.kind === 'success') {
      if (startsAt.length === 1) earn(1);
      else earn(COST);
      return end('success', undefined, time);
    } else if (meeting.kind === 'status') {
      const { status } = meeting;
      code = CODES[status] ?? 'no such status in the model';
      retryAfterMs = meeting.retryAfterMs;
      repeats =
        ALWAYS_REPEATED.includes(status) ||
        (status === 503 && retryAfterMs !== undefined) ||
        (plan.safe && REPEATED_WHEN_SAFE.includes(status));
      busy = status === 429 || status === 503;
      isServerError = status === 500;
    } else if (meeting.kind === 'quota') {
      code = 'quota_exhausted';
      repeats = false;
    } else {
      code = 'connection';
      repeats = meeting.where === 'unsent' || plan.safe;
    }
    if (isServerError) serverErrors++;

    if (!repeats) return end(code, 'not_retryable', time);
    if (startsAt.length === plan.maxAttempts) return end(code, 'attempts', time);
    if (isServerError && serverErrors > 1) return end(code, 'attempts', time);
    const waitMs =
      retryAfterMs === undefined
        ? Math.max(50, plan.chance * Math.min(8_000, (busy ? 1_000 : 500) * 2 ** (startsAt.length - 1)))
        : Math.max(50, retryAfterMs + plan.chance * 250);
    const fits = waitMs < deadlineAt - time;
    if (retryAfterMs !== undefined && (retryAfterMs > 30_000 || !fits)) {
      return end(code, 'retry_after_too_long', time);
    }
    if (!fits) return end(code, 'deadline', time);
    if (tokens < COST) return end(code, 'budget', time);
    if (abortAt < time + waitMs) return end('aborted', 'aborted', abortAt);
    time += waitMs;
    if (time >= deadlineAt) return end(code, 'deadline', time);
    tokens -= COST;
  }
}
