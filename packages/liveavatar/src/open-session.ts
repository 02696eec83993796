import { isAvatarError, type Caller, type CallOptions, type ErrorCode, type Refuse } from '@org/core';
import { keepSessionAlive } from './keep-alive.ts';
import { readOptions, withHeaders, type OpenOptions } from './open-options.ts';
import { startSession, stopSession, type StartSessionAnswer, type StopReason } from './session-lifecycle.ts';
import { isSessionOver } from './session-over.ts';
import { createToken, type CreateTokenInput } from './session-token.ts';

/** How long stopping may take when opening has failed: its caller is waiting for the error. */
const CLEAN_UP_DEADLINE_MS = 5_000;

/** A start that nobody waits for any more has begun its session by then, or never will: it takes seconds. */
const SECOND_STOP_DELAY_MS = 10_000;

/** With these LiveAvatar may be working on a start still: it was sent, and no answer came from where it is worked on. */
const UNKNOWN_OUTCOMES: readonly ErrorCode[] = ['aborted', 'timeout', 'connection', 'vendor_unavailable'];

const OPEN = { id: 'sessions.open' };

/** A session that is running, and billed, until it is stopped. */
export interface OpenSession extends StartSessionAnswer, AsyncDisposable {
  readonly session_token: string;
  /**
   * Ends the session. When that fails it goes on being kept alive, and a further call tries again; after a success a
   * further call does nothing. That LiveAvatar says the session is over is a success. Calls made at once take turns, and
   * each one's signal and deadline go for its wait as well. The headers that the session was opened with are sent,
   * unless `options` have others.
   */
  stop(reason?: StopReason, options?: CallOptions): Promise<void>;
}

/** See {@link Sessions.open}. */
export function openSession(
  caller: Caller,
  input: CreateTokenInput,
  options: OpenOptions = {},
): Promise<OpenSession> {
  return caller.hold(OPEN, async (call, refuse) => {
    const {
      keepAliveIntervalMs: intervalMs,
      onKeepAliveError,
      ...callOptions
    } = readOptions(options, refuse);
    const { headers } = callOptions;
    const { session_id, session_token } = await call(createToken, input, callOptions);
    refuseClosed(caller, refuse);
    const started = await startOrStop({ caller, call, refuse }, { session_id, session_token }, callOptions);

    let stopsUnderWay = 0;
    let stopped = false;
    let lastTurn: Promise<unknown> = Promise.resolve();
    const stopKeepingAlive = keepSessionAlive(caller, session_id, {
      intervalMs,
      headers,
      // One that meets a stop fails rightly; should the stop fail instead, its caller is told of that.
      onError: (error) => (stopsUnderWay > 0 ? undefined : onKeepAliveError?.(error)),
    });
    const stopInTurn = async (
      turn: Promise<boolean>,
      reason?: StopReason,
      given?: CallOptions,
    ): Promise<void> => {
      stopsUnderWay++;
      try {
        await caller.callInTurn(turn, stopSession, { session_id, reason }, withHeaders(headers, given));
      } catch (error) {
        if (!isSessionOver(error)) throw error;
      } finally {
        stopsUnderWay--;
      }
      stopped = true;
      stopKeepingAlive();
    };
    const stop: OpenSession['stop'] = async (reason, given) => {
      if (stopped) return;
      const stopping = stopInTurn(
        lastTurn.then(() => !stopped),
        reason,
        given,
      );
      // One that gives up waiting ends before those that it waited for.
      lastTurn = Promise.allSettled([lastTurn, stopping]);
      await stopping;
    };
    const dispose = (): Promise<void> => {
      // Nobody is left to stop it later, so what cannot be stopped now must be let end by itself.
      stopKeepingAlive();
      return stop();
    };
    return { ...started, session_token, stop, [Symbol.asyncDispose]: dispose };
  });
}

/** What a session is opened by. It is one call to whoever closes the client, so that it can stop what it started. */
interface Opening {
  readonly caller: Caller;
  readonly call: Caller['call'];
  readonly refuse: Refuse;
}

/** Starts a session. When that fails, what was minted is stopped. */
async function startOrStop(
  { caller, call, refuse }: Opening,
  { session_id, session_token }: { readonly session_id: string; readonly session_token: string },
  callOptions: CallOptions,
): Promise<StartSessionAnswer> {
  // What the vendor added to the token's body is no business of the start's.
  const startOptions = { ...callOptions, extraBody: undefined };
  try {
    const started = await call(startSession, { session_token }, startOptions);
    refuseClosed(caller, refuse);
    return started;
  } catch (error) {
    // Without the caller's signal, which may be what ended the start.
    const limits = { deadlineMs: CLEAN_UP_DEADLINE_MS, headers: callOptions.headers };
    const stop = (by: Caller['call']): Promise<void> =>
      by(stopSession, { session_id, reason: 'SERVER_ERROR' }, limits);
    // That stopping fails too is seen by hooks and logger; the caller is told what came first.
    await stop(call).catch((refusal: unknown) => {
      if (mayStillStart(error) && isSessionOver(refusal)) caller.later(SECOND_STOP_DELAY_MS, stop);
    });
    throw error;
  }
}

/** Whether LiveAvatar may start the session yet, although the start failed. */
function mayStillStart(error: unknown): boolean {
  return isAvatarError(error) && error.attempts > 0 && UNKNOWN_OUTCOMES.includes(error.code);
}

/** A session of a closed client could not be stopped any more. */
function refuseClosed(caller: Caller, refuse: Refuse): void {
  if (caller.closed) throw refuse('client', 'was closed while the session was being opened');
}
