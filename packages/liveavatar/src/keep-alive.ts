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
  let ended = false;
  const end = (): void => {
    ended = true;
    clearInterval(timer);
  };
  const timer = setInterval(() => {
    if (caller.closed) {
      end();
      return;
    }
    caller.call(keepAlive, { session_id }, { headers }).catch((error: unknown) => {
      // One that was under way as the session was stopped fails rightly.
      if (ended || !isAvatarError(error)) return;
      if (isSessionOver(error)) end();
      void tell(onError, error);
    });
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
