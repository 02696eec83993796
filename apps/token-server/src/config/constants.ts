/**
 * Every number that decides how the server behaves, where its owner can notice. What a setting may be stands beside its
 * check, and the limits that hold where the file sets none in `limits.ts`.
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

/**
 * One call to a vendor, repeats included, in milliseconds: what a drain has left after its usual wait. After a longer
 * `DRAIN_WAIT_SECONDS` a slow call may be cut off.
 */
export const VENDOR_DEADLINE_MS = 20_000;

/** The longest that draining takes, in milliseconds: less than the 30 s after which orchestrators kill. */
export const DRAIN_MS = 25_000;

/** How often a draining server closes the connections that have become idle, in milliseconds. */
export const IDLE_SWEEP_MS = 100;

/** `Retry-After` when a vendor is down or limits us and names no time, in seconds: time enough for a blip to pass. */
export const RETRY_AFTER_SECONDS = 5;

/** `Retry-After` when all of a vendor's sessions are taken, in seconds: sessions last minutes, so sooner is in vain. */
export const RETRY_AFTER_BUSY_SECONDS = 30;

/**
 * The longest that a vendor is left alone at its word, in milliseconds. One that says longer may have erred, as with a
 * date for seconds, and until then would not be asked again.
 */
export const LONGEST_VENDOR_WAIT_MS = 300_000;

/** The least, in milliseconds: at once is what it has just turned away. */
export const LEAST_VENDOR_WAIT_MS = 1_000;

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

/** How long it still accepts connections while it says that it is not ready, in seconds: balancers ask every few. */
export const DEFAULT_DRAIN_WAIT_SECONDS = 5;

/** How often the files that may change are looked at, in milliseconds. */
export const RELOAD_CHECK_MS = 2_000;

/** How long the issuer's keys may take, in milliseconds: a caller is waiting. */
export const JWKS_TIMEOUT_MS = 3_000;

/** How long they are used until they are asked for again, in milliseconds: a key that was withdrawn is good for so long. */
export const JWKS_FRESH_MS = 600_000;

/** The least time between two tries, in milliseconds: invented key ids must not become a flood at the issuer. */
export const JWKS_AGAIN_MS = 30_000;

/** The same while there are none to go on with, in milliseconds: nobody is let in, and many wait for the issuer to be back. */
export const JWKS_MISSING_AGAIN_MS = 1_000;

/** How long they are used while the issuer is away, in milliseconds: an outage passes, and a stolen key must not last. */
export const LONGEST_JWKS_MS = 3_600_000;

/** The fewest bits of a proxies' network: the widest private ones have 7 and 8, and two halves of 1 are everybody. */
export const LEAST_NETWORK_BITS = 7;

/** How many of the issuer's keys a JWT that names none is tried by: a rotation has two, and each costs a forger nothing. */
export const MOST_KEYS_TRIED = 4;

/** The fewest bits of an RSA key of the issuer's: jose finds a shorter one, and verifies nothing with it. */
export const LEAST_RSA_BITS = 2_048;

/** Longest proof that is looked at, in characters: a JWT with a hundred scopes has three thousand. */
export const LONGEST_PROOF = 8_192;

/** For how long a JWT that has been verified is known, in milliseconds: a page sends the same one with each heartbeat. */
export const KNOWN_PROOF_MS = 60_000;

/** How many of them at most: two megabytes. */
export const KNOWN_PROOFS = 10_000;

/** Longest subject or tenant of a JWT, in characters: it becomes part of a key in Redis and of log lines. */
export const LONGEST_NAME = 256;

/** The longest silence of a page that sends heartbeats, in seconds: three that come every half minute may be lost. */
export const HEARTBEAT_SECONDS = 90;

/** How long a page may take to begin the session of its grant, in seconds; after that it is not counted for. */
export const REDEEM_SECONDS = 120;

/** How much longer than its cap a session counts, in seconds: vendors end theirs a little late. */
export const LEASE_SLACK_SECONDS = 15;

/** How long a session may be neither granted nor given up, in milliseconds; longer than all calls that grant one. */
export const PENDING_MS = 40_000;

/** How long one process may take to end a session before another tries, in milliseconds. */
export const ENDING_CLAIM_MS = 30_000;

/** How long stopping at a vendor may take, or keeping alive, repeats included, in milliseconds. */
export const STOP_DEADLINE_MS = 8_000;

/**
 * How long one attempt at that may take, in milliseconds: where one hangs, there is time for another within
 * {@link LAST_STOPS_MS}.
 */
export const STOP_ATTEMPT_MS = 3_000;

/**
 * How long after its failure a start of which nobody knows the outcome may still begin its session, in milliseconds:
 * a gateway often gives up after so long, while the vendor behind it goes on.
 */
export const START_IN_DOUBT_MS = 30_000;

/** When stopping at a vendor failed, the next try comes after this, in milliseconds. */
export const STOP_AGAIN_MS = 5_000;

/** The same for a server that ends, in milliseconds; and how long it tries: each stop is tried several times by itself. */
export const LAST_STOP_AGAIN_MS = 1_000;
export const LAST_STOPS_MS = 5_000;

/** How long whoever asked waits for a session to be undone that could not be granted, in milliseconds: a stop takes less. */
export const UNDO_WAIT_MS = 1_000;

/** How often a page's word about its session is looked into, in milliseconds: its record may come a moment late. */
export const REPORT_AGAIN_MS = 10_000;

/** Longest name of a session at a vendor, in characters: they are UUIDs. */
export const LONGEST_SESSION_NAME = 200;

/** How often sessions that are due are looked for, in milliseconds. */
export const SWEEP_MS = 1_000;

/**
 * When a sweep begins so long after the one before it, in milliseconds, this process could hear nobody meanwhile: less
 * than what a page with the shortest silence, that speaks three times in it, can do without.
 */
export const LATE_SWEEP_MS = 3_000;

/** How many of them are read at once; after a full batch comes the next. */
export const SWEEP_BATCH = 50;

/** How many sessions of one vendor are ended at once: more would only wait for a connection. */
export const ENDS_AT_ONCE = 64;

/** How often what runs at the vendors is compared with what is granted, in milliseconds. */
export const REAP_MS = 60_000;

/**
 * How many pages of a vendor's list are read at most: ten of a hundred are a thousand sessions, beyond which an account
 * is not one server's.
 */
export const LIST_PAGES_READ = 10;

/** A vendor's list may lag: a session that is missing from it counts as over only at this age, in milliseconds. */
export const LIST_LAG_MS = 60_000;

/** How often a session is kept alive at a vendor that ends idle ones after 5 minutes, in milliseconds. */
export const KEEP_ALIVE_EVERY_MS = 120_000;

/**
 * The longest silence that a page of such a vendor's may keep, in seconds: its heartbeats keep the session alive, and the
 * one that does may come so long after one that came just too early to. The half minute that is left is for a call that
 * is slow, and for a heartbeat that comes soon after one that failed.
 */
export const LONGEST_KEPT_ALIVE_SILENCE_SECONDS = 150;

/** How long an answer is kept for its Idempotency-Key, in milliseconds. */
export const INTENT_KEEP_MS = 600_000;

/** How long the second request with a key waits for the first one's answer, in milliseconds. */
export const INTENT_WAIT_MS = 10_000;

/** How often it looks, in milliseconds. */
export const INTENT_POLL_MS = 50;

/** Longest Idempotency-Key, in characters. */
export const LONGEST_INTENT_KEY = 200;

/**
 * How long a first request that has not answered keeps its key, in milliseconds. Longer than a grant takes: while it
 * lives, nobody takes its intent over.
 */
export const INTENT_CLAIM_MS: number = PENDING_MS + 10_000;

/** Deepest nesting of a body: what a field of a vendor's request may hold has four levels. */
export const DEEPEST_NESTING = 16;

/** How long a start waits for Redis, in milliseconds: it listens without it too, and refuses until it is there. */
export const STATE_CONNECT_MS = 3_000;

/**
 * How long one command to Redis may take, in milliseconds: a Redis that needs longer is as good as gone. A burst of
 * requests may keep this process itself from reading the answer for a second.
 */
export const REDIS_COMMAND_MS = 3_000;

/** How long until a lost connection to Redis is tried again, in milliseconds: soon, and not at once, for all replicas lose theirs. */
export const REDIS_RECONNECT_MS = 250;

/** How often the store is tried, in milliseconds: an outage is known within about a second, and so is its end. */
export const PULSE_MS = 1_000;

/** How long what the pulse has written lives, in milliseconds: no key of ours stays for ever. */
export const PULSE_KEEP_MS = 60_000;

/** How long a session that is over is remembered, in milliseconds, for whoever asks what became of it. */
export const REMEMBER_ENDED_MS = 600_000;

/**
 * How long a session outlives its lease in the store, in milliseconds: a day, so that whoever starts after an outage
 * still writes its receipt.
 */
export const KEEP_LOST_MS = 86_400_000;

/** The oldest Redis, by its first number, whose scripts may ask for the time and then write. */
export const OLDEST_REDIS = 5;

/** Longest part of what Redis says that a check shows, in characters: about a line of a terminal. */
export const LONGEST_REDIS_QUOTE = 120;

/** How many grants may be waiting for one vendor at once: more would only wait for a connection. */
export const LINE_LENGTH = 64;

/** How many failures in a row make a vendor be left alone. */
export const BREAK_AFTER = 5;

/** For how long, in milliseconds; twice as long each time that the next try fails as well, up to the second. */
export const BREAK_MS = 2_000;
export const LONGEST_BREAK_MS = 60_000;

/** What is left for ending sessions when draining has taken all its time, in milliseconds. */
export const LEAST_TIDY_MS = 2_500;

/** How long the last lines of the log may take, in milliseconds: whoever reads them may have stalled. */
export const LOG_END_MS = 500;

/** How long a line of the log waits for others to be written with, in milliseconds: nobody who reads it will notice. */
export const LOG_HOLD_MS = 10;

/** How much of the log is kept for a reader that stalls, in bytes: some twenty thousand lines. Then lines are lost. */
export const LOG_BACKLOG_BYTES = 8_388_608;

/**
 * The longest that a fresh token is taken to live, in milliseconds: an hour, which Anam documents. One that ends later
 * does so by a clock of ours that is slow.
 */
export const LONGEST_TOKEN_LIFE_MS = 3_600_000;

/** A token that is kept ready is thrown away this long before it could expire on a page, in milliseconds. */
export const WARM_MARGIN_MS = 60_000;

/** When a token could not be minted ahead, the next try comes after this, or when the vendor says, in milliseconds. */
export const WARM_AGAIN_MS = 5_000;

/** How many tokens of one vendor are minted ahead at once: few, for callers who wait come first. */
export const WARM_AT_ONCE = 4;

/** How long minting ahead may take, in milliseconds. */
export const WARM_DEADLINE_MS = 10_000;

/** The longest time to a first picture that is believed, in milliseconds. */
export const LONGEST_FIRST_FRAME_MS = 120_000;
