import { ConfigurationError, isAvatarError, type AvatarError, type CallOptions } from '@org/core';
import type { StartSessionAnswer, StopReason } from './session-lifecycle.ts';
import type { Sessions } from './sessions.ts';
import type { CreateTokenInput } from './session-token.ts';

/** LiveAvatar ends a session after 5 minutes of inactivity and advises to keep it alive every 2 to 3. */
const KEEP_ALIVE_INTERVAL_MS = 120_000;

/** How long stopping may take when the start has failed: its caller is waiting for the error. */
const CLEAN_UP_DEADLINE_MS = 5_000;

// setInterval fires without a pause for more than this.
const LONGEST_INTERVAL_MS = 2 ** 31 - 1;

/** How a session is opened. Limits and signal go for each of the calls, the token's and the start's. */
export interface OpenOptions extends CallOptions {
  /** How often the session is kept alive, in milliseconds; `false` leaves it to you. Default 120 000. */
  readonly keepAliveIntervalMs?: number | false | undefined;
  /** Told when keeping the session alive fails; the next try comes at the next interval. */
  readonly onKeepAliveError?: ((error: AvatarError) => void) | undefined;
}

/** A session that is running, and billed, until it is stopped. */
export interface OpenSession extends StartSessionAnswer, AsyncDisposable {
  readonly session_token: string;
  /** Ends the session. A second call does nothing. */
  stop(reason?: StopReason, options?: CallOptions): Promise<void>;
}

/** See {@link Sessions.open}. */
export async function openSession(
  sessions: Sessions,
  input: CreateTokenInput,
  options: OpenOptions = {},
): Promise<OpenSession> {
  const { keepAliveIntervalMs = KEEP_ALIVE_INTERVAL_MS, onKeepAliveError, ...callOptions } = options;
  checkInterval(keepAliveIntervalMs);
  const { session_id, session_token } = await sessions.createToken(input, callOptions);
  // What the vendor added to the token's body is no business of the start's.
  const { extraBody: _, ...startOptions } = callOptions;
  let started: StartSessionAnswer;
  try {
    started = await sessions.start({ session_token }, startOptions);
  } catch (error) {
    // Without the caller's signal, which may be what ended the start. That stopping fails too is seen by hooks and
    // logger; the caller is told what came first.
    await sessions
      .stop({ session_id, reason: 'SERVER_ERROR' }, { deadlineMs: CLEAN_UP_DEADLINE_MS })
      .catch(() => undefined);
    throw error;
  }
  const stopKeepingAlive = keepAlive(sessions, session_id, keepAliveIntervalMs, onKeepAliveError);
  let stopped: Promise<void> | undefined;
  const stop: OpenSession['stop'] = (reason, stopOptions) => {
    stopKeepingAlive();
    stopped ??= sessions.stop({ session_id, reason }, stopOptions);
    return stopped;
  };
  return { ...started, session_token, stop, [Symbol.asyncDispose]: () => stop() };
}

function checkInterval(intervalMs: number | false): void {
  if (intervalMs === false || (intervalMs > 0 && intervalMs <= LONGEST_INTERVAL_MS)) return;
  const rule = `must be a number above 0, at most ${LONGEST_INTERVAL_MS}, or false`;
  throw new ConfigurationError({
    code: 'configuration',
    vendor: 'liveavatar',
    operation: 'sessions.open',
    message: `liveavatar sessions.open: keepAliveIntervalMs ${rule}`,
    issues: [{ path: 'keepAliveIntervalMs', message: rule }],
  });
}

/** Keeps a session alive until the returned function is called, or until the vendor no longer knows it. */
function keepAlive(
  sessions: Sessions,
  session_id: string,
  intervalMs: number | false,
  onError: ((error: AvatarError) => void) | undefined,
): () => void {
  if (intervalMs === false) return () => undefined;
  const timer = setInterval(() => {
    sessions.keepAlive({ session_id }).catch((error: unknown) => {
      if (!isAvatarError(error)) return;
      if (error.code === 'not_found' || error.code === 'conflict') clearInterval(timer);
      onError?.(error);
    });
  }, intervalMs);
  // A process whose work is done may end; the vendor's own time-out then ends the session. Edge runtimes have no unref.
  const { unref } = timer as { unref?: () => void };
  unref?.call(timer);
  return () => {
    clearInterval(timer);
  };
}
