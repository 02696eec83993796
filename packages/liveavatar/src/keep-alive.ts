import { isAvatarError, type AvatarError, type Caller } from '@org/core';
import { keepAlive } from './session-lifecycle.ts';

/** How often, and who is told of a failure. */
interface KeepAliveOptions {
  readonly intervalMs: number | false;
  readonly onError: ((error: AvatarError) => unknown) | undefined;
}

/**
 * Keeps a session alive until the returned function is called, the vendor says that it is over, or the client is
 * closed.
 */
export function keepSessionAlive(
  caller: Caller,
  session_id: string,
  { intervalMs, onError }: KeepAliveOptions,
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
    caller.call(keepAlive, { session_id }).catch((error: unknown) => {
      // One that was under way as the session was stopped fails rightly.
      if (ended || !isAvatarError(error)) return;
      if (isOver(error)) end();
      void tell(onError, error);
    });
  }, intervalMs);
  // A process whose work is done may end; the vendor's own time-out then ends the session. Edge runtimes have no unref.
  const { unref } = timer as { unref?: () => void };
  unref?.call(timer);
  return end;
}

/** Whether LiveAvatar says that the session is over; of one that it knows it says so with 400. */
export function isOver({ code, status }: AvatarError): boolean {
  return code === 'not_found' || code === 'conflict' || (code === 'invalid_request' && status === 400);
}

/**
 * Thrown from a timer, an error would end the process. What the caller's function throws is not shown: it may hold
 * whatever the function was working with.
 */
async function tell(onError: KeepAliveOptions['onError'], error: AvatarError): Promise<void> {
  try {
    await onError?.(error);
  } catch {
    console.warn('@org/liveavatar: onKeepAliveError threw; the session is kept alive without it');
  }
}
