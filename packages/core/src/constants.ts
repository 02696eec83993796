/**
 * Every number that decides how a call behaves. The table in the README is made from this file.
 *
 * @module
 */

/** Attempts per call, the first one included: what the field does, and enough for a passing fault. */
export const MAX_ATTEMPTS = 3;

/** One attempt, from sending to the parsed body, in milliseconds: a body that stalls is a timeout too. */
export const ATTEMPT_TIMEOUT_MS = 10_000;

/** Opening a connection (DNS, TCP, TLS), in milliseconds: a dead host is known long before the attempt is over. */
export const CONNECT_TIMEOUT_MS = 5_000;

/** The whole call, waits included, in milliseconds: a token route must answer before its load balancer gives up. */
export const DEADLINE_MS = 30_000;

/** First step of the exponential backoff, in milliseconds; the wait is drawn evenly from 0 to the step (full jitter). */
export const BACKOFF_BASE_MS = 500;

/** First step after 429 and 503, in milliseconds: who says "busy" gets more time. */
export const BACKOFF_BUSY_BASE_MS = 1_000;

/** Largest backoff step, in milliseconds: beyond it a wait only eats the deadline. */
export const BACKOFF_MAX_MS = 8_000;

/** Shortest wait before any repeat, in milliseconds: full jitter may draw 0, and an instant repeat meets the same fault. */
export const WAIT_FLOOR_MS = 50;

/** Longest `Retry-After` that is waited out, in milliseconds; a longer one fails at once and says so. */
export const RETRY_AFTER_MAX_MS = 30_000;

/** Added at random to every `Retry-After`, in milliseconds, so that callers told the same time do not return as one. */
export const RETRY_AFTER_JITTER_MS = 250;

/**
 * How far an answer's `Date` may be from this machine's clock, in milliseconds, for the two to count as one: it has only
 * whole seconds, and takes time to arrive.
 */
export const CLOCKS_AGREE_MS = 2_000;

/** Tokens in a full retry budget: twenty retries in a row before an outage is left alone. */
export const BUDGET_CAPACITY = 100;

/** Tokens that one retry costs; it gets them back when it succeeds. */
export const BUDGET_RETRY_COST = 5;

/** Tokens that a success at the first attempt earns: one retry for five healthy calls, once the budget is spent. */
export const BUDGET_SUCCESS_REFUND = 1;

/** Largest answer that is read, in bytes: a token is a few hundred, and memory is not a vendor's to fill. */
export const RESPONSE_BODY_MAX_BYTES = 1_048_576;

/** Connections per client: HTTP/1.1 serves one exchange each, and this many mint thousands of tokens a second. */
export const POOL_CONNECTIONS = 64;

/** How long an idle connection is kept when the vendor names no time, in milliseconds: shorter than any balancer's. */
export const KEEP_ALIVE_MS = 4_000;

/** Longest keep-alive that a vendor may ask for, in milliseconds: older sockets are the ones found dead. */
export const KEEP_ALIVE_MAX_MS = 30_000;

/** Characters kept of a vendor's own message: enough to understand it, too few for a page of HTML. */
export const VENDOR_MESSAGE_MAX_CHARACTERS = 500;

/** HTTP statuses that a repeat may cure. */
export const REPEATED_STATUSES: readonly number[] = [408, 429, 500, 502, 503, 504];

/**
 * Of those, the ones that say the vendor turned the request away before acting on it. Only they, and a 503 with
 * `Retry-After`, are repeated for an operation that must not happen twice: behind any other a billed session may run.
 */
export const REFUSED_UNSTARTED_STATUSES: readonly number[] = [408, 429];

/**
 * The ones that say so only together with `Retry-After`. A server that sheds load on purpose says when to come back;
 * a proxy answers a bare 503 also when it lost a server that may have acted.
 */
export const REFUSED_UNSTARTED_IF_TIMED_STATUSES: readonly number[] = [503];

/** Statuses that say "busy", and so wait from the larger backoff step. */
export const BUSY_STATUSES: readonly number[] = [429, 503];
