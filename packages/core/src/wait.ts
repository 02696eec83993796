import { onAbort } from './on-abort.ts';

/** setTimeout fires at once for more than this, instead of late. */
export const LONGEST_TIMER_MS: number = 2 ** 31 - 1;

/** Lets the process end although the timer still runs. Edge runtimes have no such thing, and no need of it. */
export function unref(timer: object): void {
  const { unref: own } = timer as { unref?: () => void };
  own?.call(timer);
}

/** Waits, or until the signal is aborted. Never rejects; leaves neither timer nor listener behind. */
export function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      stopListening();
      resolve();
    };
    const timer = setTimeout(end, Math.min(ms, LONGEST_TIMER_MS));
    const stopListening = onAbort(signal, end);
  });
}
