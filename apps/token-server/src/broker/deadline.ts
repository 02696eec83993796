/** A signal with a time limit; to be disposed of when the work is done. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** Whether it was the time, and not the caller, that ended it. */
  readonly passed: boolean;
}

/**
 * Aborts when `signal` does, or after `ms`. Unlike `AbortSignal.any` and `AbortSignal.timeout` it leaves no timer behind:
 * at a thousand grants a second those of the last twenty seconds would all be kept.
 */
export function deadlineOf(signal: AbortSignal, ms: number): Deadline {
  const controller = new AbortController();
  let passed = false;
  const follow = (): void => {
    controller.abort(signal.reason);
  };
  if (signal.aborted) follow();
  else signal.addEventListener('abort', follow, { once: true });
  const timer = setTimeout(() => {
    passed = true;
    controller.abort(new DOMException('The time is up', 'TimeoutError'));
  }, ms);
  return {
    signal: controller.signal,
    get passed() {
      return passed;
    },
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', follow);
    },
  };
}
