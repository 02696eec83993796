import { RETRY_AFTER_BUSY_SECONDS, RETRY_AFTER_SECONDS } from '../config/constants.ts';

/** What is the same in every answer with one code. The README's table is made from these. */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** What whoever gets it can do; the answer's `hint`. */
  readonly hint?: string;
  /** When to ask again, unless something more exact is known; absent where waiting does not help. */
  readonly retryAfterSeconds?: number;
}

const TRY_LATER = 'Try again after the time in Retry-After.';
const OWNER = 'The owner of this server must act; its log says more, by the request_id.';

/** What went wrong, in one word that does not change. */
export type ProblemCode =
  | 'invalid_body'
  | 'origin_not_allowed'
  | 'host_not_allowed'
  | 'not_found'
  | 'preset_not_found'
  | 'method_not_allowed'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'preset_broken'
  | 'internal_error'
  | 'vendor_failed'
  | 'vendor_refused'
  | 'vendor_busy'
  | 'vendor_rate_limited'
  | 'vendor_unavailable'
  | 'vendor_timeout';

/** Every code that a problem can have. */
export const PROBLEM_KINDS: Readonly<Record<ProblemCode, ProblemKind>> = {
  invalid_body: { status: 400, title: 'The body is not what this route takes' },
  origin_not_allowed: {
    status: 403,
    title: 'Pages of this origin may not call',
    hint: 'Without caller checks only pages served from this machine’s loopback may call.',
  },
  host_not_allowed: {
    status: 403,
    title: 'Not a name of this server',
    hint: 'Without caller checks the server answers to localhost and loopback addresses only.',
  },
  not_found: { status: 404, title: 'No such route' },
  preset_not_found: {
    status: 404,
    title: 'No such preset',
    hint: 'GET /v1/presets lists the presets.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Not a method of this route',
    hint: 'The Allow header lists the methods.',
  },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: {
    status: 415,
    title: 'Not a media type that this route takes',
    hint: 'Send JSON in UTF-8, uncompressed, with "Content-Type: application/json".',
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
  vendor_timeout: {
    status: 504,
    title: 'The vendor took too long',
    hint: TRY_LATER,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  },
};
