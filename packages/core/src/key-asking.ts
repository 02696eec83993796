import { faultOfKey, reveal } from './api-key.ts';
import { wordlessCopyOf } from './cause.ts';
import { abortFailure, timeoutFailure, type Failure } from './failure.ts';
import type { Settings } from './options.ts';
import { wait } from './wait.ts';

/** What bounds the question. */
export interface KeyLimits {
  /** Until the call's deadline, in milliseconds. */
  readonly remainingMs: number;
  /** The `deadlineMs` that the caller asked for, to be named in the error. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Asks the caller's function for the key, bounded like everything else in a call. Never rejects. */
export async function askForKey(
  ask: Exclude<Settings['apiKey'], string>,
  { remainingMs, deadlineMs, signal }: KeyLimits,
): Promise<{ readonly key: string } | { readonly failure: Failure }> {
  const over = new AbortController();
  const onAbort = (): void => {
    over.abort();
  };
  signal?.addEventListener('abort', onAbort);
  const late = wait(remainingMs, over.signal).then((): { failure: Failure } => ({
    failure:
      signal?.aborted === true
        ? abortFailure(signal.reason)
        : timeoutFailure('deadline', deadlineMs, undefined),
  }));
  try {
    return await Promise.race([answerOf(ask), late]);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    over.abort();
  }
}

async function answerOf(
  ask: Exclude<Settings['apiKey'], string>,
): Promise<{ readonly key: string } | { readonly failure: Failure }> {
  try {
    const key = reveal(await ask());
    const fault = faultOfKey(key);
    return fault === undefined ? { key } : { failure: broken(`apiKey, as its function gave it, ${fault}`) };
  } catch (thrown) {
    return { failure: broken('the function given as apiKey failed', wordlessCopyOf(thrown)) };
  }
}

function broken(message: string, cause?: unknown): Failure {
  return { code: 'configuration', message, repeat: 'never', cause };
}
