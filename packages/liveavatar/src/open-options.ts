import { copyOfOptions, fieldsOf, type AvatarError, type CallOptions, type Refuse } from '@org/core';

/** LiveAvatar ends a session after 5 minutes of inactivity and advises to keep it alive every 2 to 3. */
const KEEP_ALIVE_INTERVAL_MS = 120_000;

/** LiveAvatar counts calls by the second, and nothing is won by more than one in each. */
const SHORTEST_INTERVAL_MS = 1_000;

/** A minute less than LiveAvatar's 5, for a call that is slow or repeated. */
const LONGEST_INTERVAL_MS = 240_000;

/**
 * How a session is opened. Limits and signal go for each of the calls, the token's and the start's; headers go with
 * every call of the session.
 */
export interface OpenOptions extends CallOptions {
  /**
   * How often the session is kept alive, in milliseconds, 1 000 to 240 000; `false` leaves it to you.
   * Default 120 000.
   */
  readonly keepAliveIntervalMs?: number | false | undefined;
  /**
   * Told when keeping the session alive fails, but not while it is being stopped. The next try comes at the next
   * interval, unless LiveAvatar says that the session is over (400, 404 or 409, in its own envelope: a gateway's
   * answer is no word of its). What it throws is dropped, with a word on the console.
   */
  readonly onKeepAliveError?: ((error: AvatarError) => void) | undefined;
}

/** The options, checked as far as no call checks them. */
export function readOptions(
  options: OpenOptions,
  refuse: Refuse,
): OpenOptions & { readonly keepAliveIntervalMs: number | false } {
  if (fieldsOf(options) !== options) throw refuse('options', 'must be an object');
  const {
    keepAliveIntervalMs = KEEP_ALIVE_INTERVAL_MS,
    onKeepAliveError,
    ...callOptions
  } = copyOf(options, refuse);
  if (keepAliveIntervalMs !== false && !isInterval(keepAliveIntervalMs)) {
    throw refuse(
      'keepAliveIntervalMs',
      `must be a number from ${SHORTEST_INTERVAL_MS} to ${LONGEST_INTERVAL_MS}, or false`,
    );
  }
  if (onKeepAliveError !== undefined && typeof onKeepAliveError !== 'function') {
    throw refuse('onKeepAliveError', 'must be a function');
  }
  return { ...callOptions, keepAliveIntervalMs, onKeepAliveError };
}

function copyOf(options: OpenOptions, refuse: Refuse): OpenOptions {
  try {
    const { keepAliveIntervalMs, onKeepAliveError } = options;
    return { ...copyOfOptions(options), keepAliveIntervalMs, onKeepAliveError };
  } catch {
    throw refuse('options', 'cannot be read');
  }
}

/** Options of a call with these headers, where they have none themselves. What cannot be read is left to the call. */
export function withHeaders(headers: CallOptions['headers'], options: CallOptions = {}): CallOptions {
  try {
    const isWithout = fieldsOf(options) === options && options.headers === undefined;
    return isWithout ? { ...copyOfOptions(options), headers } : options;
  } catch {
    return options;
  }
}

function isInterval(value: unknown): boolean {
  return typeof value === 'number' && value >= SHORTEST_INTERVAL_MS && value <= LONGEST_INTERVAL_MS;
}
