import { faultOfKey, reveal } from './api-key.ts';
import { wordlessCopyOf } from './cause.ts';
import type { Failure } from './failure.ts';
import type { Settings } from './options.ts';

/** Asks the caller's function for the key. Never rejects. */
export async function askForKey(
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
