import { onAbort } from './on-abort.ts';
import { wait } from './wait.ts';

/** What bounds a wait that is part of a call. */
export interface WaitLimits {
  /** Until the call's deadline, in milliseconds. */
  readonly remainingMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Waits for what never rejects, as long as the limits allow: `undefined` when they end the wait. */
export async function within<Value>(
  coming: Promise<Value>,
  { remainingMs, signal }: WaitLimits,
): Promise<{ readonly value: Value } | undefined> {
  const over = new AbortController();
  const end = (): void => {
    over.abort();
  };
  const stopListening = onAbort(signal, end);
  try {
    const late = wait(remainingMs, over.signal).then(() => undefined);
    return await Promise.race([coming.then((value) => ({ value })), late]);
  } finally {
    stopListening();
    end();
  }
}
