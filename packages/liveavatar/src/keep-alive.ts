import { isAvatarError, unref, type AvatarError, type Caller, type CallOptions } from '@org/core';
import { keepAlive } from './session-lifecycle.ts';
import { isSessionOver } from './session-over.ts';

/** How often, with which headers, and who is told of a failure. */
interface KeepAliveOptions {
  readonly intervalMs: number | false;
  readonly headers: CallOptions['headers'];
  readonly onError: (error: AvatarError) => unknown;
}

/**
 * Keeps a session alive until the returned function is called, the vendor says that it is over, or the client is
 * closed.
 */
export function keepSessionAlive(
  caller: Caller,
  session_id: string,
  { intervalMs, headers, onError }: KeepAliveOptions,
): () => void {
  if (intervalMs === false) return () => undefined;
  const ended = new AbortController();
  let isUnderWay = false;
  const end = (): void => {
    clearInterval(timer);
    // Nobody needs the call under way any more, and a client that is closed would wait for it.
    ended.abort();
  };
  const keepOnce = async (): Promise<void> => {
    if (isUnderWay) return;
    isUnderWay = true;
    try {
      await caller.call(keepAlive, { session_id }, { headers, signal: ended.signal });
    } catch (error) {
      // One that was under way as the session was stopped fails rightly.
      if (ended.signal.aborted || !isAvatarError(error)) return;
      if (isSessionOver(error)) end();
      void tell(onError, error);
    } finally {
      isUnderWay = false;
    }
  };
  const timer = setInterval(() => {
    if (caller.closed) end();
    else void keepOnce();
  }, intervalMs);
  // A process whose work is done may end; the vendor's own time-out then ends the session.
  unref(timer);
  return end;
}

/**
 * Thrown from a timer, an error would end the process. What the caller's function throws is not shown: it may hold
 * whatever the function was working with.
 */
async function tell(onError: KeepAliveOptions['onError'], error: AvatarError): Promise<void> {
  try {
    await onError(error);
  } catch {
    console.warn('@org/liveavatar: onKeepAliveError threw; the session is kept alive without it');
  }
}
