import { onTestFinished } from 'vitest';
import {
  isAvatarError,
  type AvatarError,
  type Caller,
  type ClientOptions,
  type Runtime,
} from '../src/index.ts';
import { acme, KEY, type CreateCaller } from './acme.ts';

/** Real time, and the shortest wait that chance allows: tests of retries need not take long. */
export const PROMPT: Runtime = { now: () => performance.now(), random: () => 0 };

/** Makes callers for acme at an origin, closed when the test is over. */
export function callerFrom(
  createCaller: CreateCaller,
): (baseUrl: string, options?: ClientOptions, runtime?: Runtime) => Caller {
  return (baseUrl, options = {}, runtime = PROMPT) => {
    const caller = createCaller(acme, { apiKey: KEY, baseUrl, ...options }, runtime);
    onTestFinished(() => caller.close());
    return caller;
  };
}

/** The error that a call fails with. A call that succeeds, or fails with anything else, fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<AvatarError> {
  const outcome = await call.then(
    (result) => new Error(`the call succeeded with ${JSON.stringify(result)}`),
    (error: unknown) => error,
  );
  if (isAvatarError(outcome)) return outcome;
  throw new Error('the call did not fail with an AvatarError', { cause: outcome });
}

/** The error that a function throws, under the same rule. */
export function thrownBy(action: () => unknown): AvatarError {
  try {
    action();
  } catch (error) {
    if (isAvatarError(error)) return error;
    throw new Error('what was thrown is not an AvatarError', { cause: error });
  }
  throw new Error('nothing was thrown');
}
