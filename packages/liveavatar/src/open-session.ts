import {
  ConfigurationError,
  fieldsOf,
  isAvatarError,
  type AvatarError,
  type Caller,
  type CallOptions,
} from '@org/core';
import { isOver, keepSessionAlive } from './keep-alive.ts';
import { startSession, stopSession, type StartSessionAnswer, type StopReason } from './session-lifecycle.ts';
import { createToken, type CreateTokenInput } from './session-token.ts';

/** LiveAvatar ends a session after 5 minutes of inactivity and advises to keep it alive every 2 to 3. */
const KEEP_ALIVE_INTERVAL_MS = 120_000;

/** LiveAvatar counts calls by the second, and nothing is won by more than one in each. */
const SHORTEST_INTERVAL_MS = 1_000;

/** A minute less than LiveAvatar's 5, for a call that is slow or repeated. */
const LONGEST_INTERVAL_MS = 240_000;

/** How long stopping may take when opening has failed: its caller is waiting for the error. */
const CLEAN_UP_DEADLINE_MS = 5_000;

/** How a session is opened. Limits and signal go for each of the calls, the token's and the start's. */
export interface OpenOptions extends CallOptions {
  /**
   * How often the session is kept alive, in milliseconds, 1 000 to 240 000; `false` leaves it to you.
   * Default 120 000.
   */
  readonly keepAliveIntervalMs?: number | false | undefined;
  /**
   * Told when keeping the session alive fails. The next try comes at the next interval, unless LiveAvatar says that the
   * session is over (400, 404 or 409). What it throws is dropped, with a word on the console.
   */
  readonly onKeepAliveError?: ((error: AvatarError) => void) | undefined;
}

/** A session that is running, and billed, until it is stopped. */
export interface OpenSession extends StartSessionAnswer, AsyncDisposable {
  readonly session_token: string;
  /**
   * Ends the session. When that fails it goes on being kept alive, and a further call tries again; after a success a
   * further call does nothing. That LiveAvatar says the session is over is a success. Calls made at once take turns.
   */
  stop(reason?: StopReason, options?: CallOptions): Promise<void>;
}

/** See {@link Sessions.open}. */
export async function openSession(
  caller: Caller,
  input: CreateTokenInput,
  options: OpenOptions = {},
): Promise<OpenSession> {
  checkOptions(options);
  const {
    keepAliveIntervalMs: intervalMs = KEEP_ALIVE_INTERVAL_MS,
    onKeepAliveError: onError,
    ...callOptions
  } = options;
  const { session_id, session_token, started } = await mintAndStart(caller, input, callOptions);
  const stopKeepingAlive = keepSessionAlive(caller, session_id, { intervalMs, onError });
  let stopped = false;
  let lastTurn = Promise.resolve();
  const stopUnlessStopped: OpenSession['stop'] = async (reason, stopOptions) => {
    if (stopped) return;
    await caller.call(stopSession, { session_id, reason }, stopOptions).catch((error: unknown) => {
      if (!isAvatarError(error) || !isOver(error)) throw error;
    });
    stopped = true;
    stopKeepingAlive();
  };
  const stop: OpenSession['stop'] = (reason, stopOptions) => {
    const turn = (): Promise<void> => stopUnlessStopped(reason, stopOptions);
    lastTurn = lastTurn.then(turn, turn);
    return lastTurn;
  };
  const dispose = (): Promise<void> => {
    // Nobody is left to stop it later, so what cannot be stopped now must be let end by itself.
    stopKeepingAlive();
    return stop();
  };
  return { ...started, session_token, stop, [Symbol.asyncDispose]: dispose };
}

/** What a session is opened by. It is one call to whoever closes the client, so that it can stop what it started. */
function mintAndStart(
  caller: Caller,
  input: CreateTokenInput,
  callOptions: CallOptions,
): Promise<{ session_id: string; session_token: string; started: StartSessionAnswer }> {
  return caller.hold(async (call) => {
    const { session_id, session_token } = await call(createToken, input, callOptions);
    refuseClosed(caller);
    // What the vendor added to the token's body is no business of the start's.
    const { extraBody: _, ...startOptions } = callOptions;
    try {
      const started = await call(startSession, { session_token }, startOptions);
      refuseClosed(caller);
      return { session_id, session_token, started };
    } catch (error) {
      // Without the caller's signal, which may be what ended the start. That stopping fails too is seen by hooks and
      // logger; the caller is told what came first.
      const limits = { deadlineMs: CLEAN_UP_DEADLINE_MS };
      await call(stopSession, { session_id, reason: 'SERVER_ERROR' }, limits).catch(() => undefined);
      throw error;
    }
  });
}

/** A session of a closed client could not be stopped any more. */
function refuseClosed(caller: Caller): void {
  if (caller.closed) throw refusal('client', 'was closed while the session was being opened');
}

function checkOptions(options: OpenOptions): void {
  if (fieldsOf(options) !== options) throw refusal('options', 'must be an object');
  const { keepAliveIntervalMs: intervalMs, onKeepAliveError } = options;
  if (intervalMs !== undefined && intervalMs !== false && !isInterval(intervalMs)) {
    throw refusal(
      'keepAliveIntervalMs',
      `must be a number from ${SHORTEST_INTERVAL_MS} to ${LONGEST_INTERVAL_MS}, or false`,
    );
  }
  if (onKeepAliveError !== undefined && typeof onKeepAliveError !== 'function') {
    throw refusal('onKeepAliveError', 'must be a function');
  }
}

function isInterval(value: unknown): boolean {
  return typeof value === 'number' && value >= SHORTEST_INTERVAL_MS && value <= LONGEST_INTERVAL_MS;
}

function refusal(path: string, rule: string): ConfigurationError {
  return new ConfigurationError({
    code: 'configuration',
    vendor: 'liveavatar',
    operation: 'sessions.open',
    message: `liveavatar sessions.open: ${path} ${rule}`,
    issues: [{ path, message: rule }],
  });
}
