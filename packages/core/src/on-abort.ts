/** What is to be done when a signal is aborted, for all who wait for it. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Runs a function when the signal is aborted, unless what this returns is called before. However many calls share a
 * signal, it has one listener of theirs: of more than ten Node 20 warns as of a leak.
 */
export function onAbort(signal: AbortSignal | undefined, run: () => void): () => void {
  if (signal === undefined) return () => undefined;
  let runs = waiting.get(signal);
  if (runs === undefined) {
    runs = new Set();
    waiting.set(signal, runs);
  }
  if (runs.size === 0) signal.addEventListener('abort', runAll);
  // An object of its own, so that one function may wait twice.
  const one = (): void => {
    run();
  };
  runs.add(one);
  return () => {
    if (runs.delete(one) && runs.size === 0) signal.removeEventListener('abort', runAll);
  };
}

function runAll(this: AbortSignal): void {
  for (const run of waiting.get(this) ?? []) run();
}
