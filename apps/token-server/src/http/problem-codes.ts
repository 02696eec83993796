import { LONGEST_BREAK_MS, RETRY_AFTER_BUSY_SECONDS, RETRY_AFTER_SECONDS } from '../config/constants.ts';

/** What is the same in every answer with one code. The README's table is made from these. */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** What whoever gets it can do; the answer's `hint`. */
  readonly hint?: string;
  /** When to ask again, unless something more exact is known; absent where that always is, or waiting does not help. */
  readonly retryAfterSeconds?: number;
  /** Until when it is, where that is computed; in words for the README's table. */
  readonly waitsUntil?: string;
}

const TRY_LATER = 'Try again after the time in Retry-After.';
const OWNER = 'The owner of this server must act; its log says more, by the request_id.';

/** What went wrong, in one word that does not change. */
export type ProblemCode =
  | 'invalid_body'
  | 'override_refused'
  | 'unauthorized'
  | 'preset_forbidden'
  | 'origin_not_allowed'
  | 'host_not_allowed'
  | 'not_found'
  | 'preset_not_found'
  | 'session_not_found'
  | 'method_not_allowed'
  | 'session_over'
  | 'key_reused'
  | 'key_in_use'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'too_many_requests'
  | 'too_many_sessions'
  | 'minutes_used_up'
  | 'preset_broken'
  | 'internal_error'
  | 'vendor_failed'
  | 'vendor_refused'
  | 'vendor_busy'
  | 'vendor_rate_limited'
  | 'vendor_unavailable'
  | 'vendor_line_full'
  | 'vendor_paused'
  | 'state_unavailable'
  | 'callers_unknown'
  | 'killed'
  | 'vendor_timeout';

/** Every code that a problem can have. */
export const PROBLEM_KINDS: Readonly<Record<ProblemCode, ProblemKind>> = {
  invalid_body: { status: 400, title: 'The body is not what this route takes' },
  override_refused: {
    status: 400,
    title: 'Not what callers of this preset may change',
    hint: 'The owner lists in the preset which fields callers may override, and how.',
  },
  unauthorized: {
    status: 401,
    title: 'Nobody that this server knows',
    hint: 'Send "Authorization: Bearer" and a JWT, or a service key where the owner gives such out; detail says what was wrong.',
  },
  preset_forbidden: {
    status: 403,
    title: 'Not a preset for this caller',
    hint: 'The token must carry the scopes that the preset asks for.',
  },
  origin_not_allowed: {
    status: 403,
    title: 'Pages of this origin may not call',
    hint: 'The owner lists the origins in ALLOWED_ORIGINS; in development, only pages served from this machine’s loopback may call.',
  },
  host_not_allowed: {
    status: 403,
    title: 'Not a name of this server',
    hint: 'Without caller checks the server answers to localhost and loopback addresses only.',
  },
  not_found: { status: 404, title: 'No such route', hint: 'GET /docs lists the routes.' },
  preset_not_found: {
    status: 404,
    title: 'No such preset',
    hint: 'GET /v1/presets lists the presets.',
  },
  session_not_found: {
    status: 404,
    title: 'No such session of this caller',
    hint: 'GET /v1/sessions lists the sessions.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Not a method of this route',
    hint: 'The Allow header lists the methods.',
  },
  session_over: {
    status: 409,
    title: 'The session is over',
    hint: 'Ask for another one, with another Idempotency-Key.',
  },
  key_reused: {
    status: 409,
    title: 'The Idempotency-Key was used for something else',
    hint: 'A key is for one intent: make a new one for another.',
  },
  key_in_use: {
    status: 409,
    title: 'The first request with this Idempotency-Key is not answered yet',
    hint: TRY_LATER,
    retryAfterSeconds: 1,
  },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: {
    status: 415,
    title: 'Not a media type that this route takes',
    hint: 'Send JSON in UTF-8, uncompressed, with "Content-Type: application/json".',
  },
  too_many_requests: {
    status: 429,
    title: 'Too many requests',
    hint: TRY_LATER,
    waitsUntil: 'until the bucket of that limit has room for one',
  },
  too_many_sessions: {
    status: 429,
    title: 'Too many sessions at once',
    hint: 'End one first, or try again after the time in Retry-After.',
    retryAfterSeconds: RETRY_AFTER_BUSY_SECONDS,
    waitsUntil: `until the first of them ends by itself; ${RETRY_AFTER_BUSY_SECONDS} s where the limit is 0`,
  },
  minutes_used_up: {
    status: 429,
    title: 'The minutes of the day are used up',
    hint: TRY_LATER,
    waitsUntil: 'until midnight, UTC',
  },
  preset_broken: { status: 500, title: 'The vendor does not accept this preset', hint: OWNER },
  internal_error: { status: 500, title: 'The server failed', hint: OWNER },
  vendor_failed: { status: 502, title: 'The vendor failed', hint: OWNER },
  vendor_refused: { status: 503, title: 'The vendor grants this server no session', hint: OWNER },
  vendor_busy: {
    status: 503,
    title: 'All sessions are taken',
    hint: TRY_LATER,
    retryAfterSeconds: RETRY_AFTER_BUSY_SECONDS,
  },
  vendor_rate_limited: {
    status: 503,
    title: 'The vendor is asked too often',
    hint: TRY_LATER,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  },
  vendor_unavailable: {
    status: 503,
    title: 'The vendor cannot be reached',
    hint: TRY_LATER,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  },
  vendor_line_full: {
    status: 503,
    title: 'As much is under way at the vendor as this server lets be',
    hint: TRY_LATER,
    retryAfterSeconds: 1,
  },
  vendor_paused: {
    status: 503,
    title: 'The vendor has failed again and again, and is left alone for a while',
    hint: TRY_LATER,
    waitsUntil: `until it is tried again, ${LONGEST_BREAK_MS / 1_000} s at most`,
  },
  state_unavailable: {
    status: 503,
    title: 'What is already granted cannot be looked up',
    hint: TRY_LATER,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  },
  callers_unknown: {
    status: 503,
    title: 'Callers cannot be checked',
    hint: TRY_LATER,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  },
  killed: {
    status: 503,
    title: 'The owner has stopped new sessions',
    hint: TRY_LATER,
    retryAfterSeconds: RETRY_AFTER_BUSY_SECONDS,
  },
  vendor_timeout: {
    status: 504,
    title: 'The vendor took too long',
    hint: TRY_LATER,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  },
};
