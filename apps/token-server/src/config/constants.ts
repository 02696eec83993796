/**
 * Every number that decides how the server behaves.
 *
 * @module
 */

/** Where it listens unless told otherwise. */
export const DEFAULT_PORT = 8787;

/** Largest request body, in bytes: a preset's name needs fifty, and this leaves room for overrides. */
export const BODY_LIMIT_BYTES = 16_384;

/** How long an idle connection is kept, in milliseconds: longer than the 60 s of the usual balancers, which then close first. */
export const KEEP_ALIVE_TIMEOUT_MS = 65_000;

/** A whole request must have arrived in this time, in milliseconds: 16 KiB take longer only on purpose. */
export const REQUEST_TIMEOUT_MS = 15_000;

/**
 * So must its headers, in milliseconds. Not above {@link REQUEST_TIMEOUT_MS}: Node swaps the two when this is the
 * larger one, and a slow body would then be let live for the longer time.
 */
export const HEADERS_TIMEOUT_MS = 15_000;

/** How often Node looks for requests that are late, in milliseconds: its own 30 s would double the timeouts above. */
export const LATE_REQUEST_CHECK_MS = 5_000;

/** One call to a vendor, repeats included, in milliseconds: less than a drain lasts, so that draining cuts none off. */
export const VENDOR_DEADLINE_MS = 20_000;

/** The longest that draining takes, in milliseconds: less than the 30 s after which orchestrators kill. */
export const DRAIN_MS = 25_000;

/** How often a draining server closes the connections that have become idle, in milliseconds. */
export const IDLE_SWEEP_MS = 100;

/** `Retry-After` when a vendor is down or limits us and names no time, in seconds: time enough for a blip to pass. */
export const RETRY_AFTER_SECONDS = 5;

/** `Retry-After` when all of a vendor's sessions are taken, in seconds: sessions last minutes, so sooner is in vain. */
export const RETRY_AFTER_BUSY_SECONDS = 30;

/** Simli's idle cap for a preset without one, in seconds: Simli's own 300 bill five minutes of silence. */
export const SIMLI_IDLE_SECONDS = 60;

/** The longest cap that a preset may set, in seconds: more than a day is a number meant as milliseconds. */
export const LONGEST_CAP_SECONDS = 86_400;

/** How long a browser may remember the answer to a preflight, in seconds. */
export const PREFLIGHT_MAX_AGE_SECONDS = 600;

/** How many wrong fields one answer names: more only fill the page. */
export const ISSUES_SHOWN = 5;

/** Shortest key that is taken out of log lines, in characters: a shorter one is a word, such as the sandbox's `any`. */
export const SHORTEST_SCRUBBED_KEY = 8;
