import { setTimeout as sleep } from 'node:timers/promises';

/** How a call ended, if it did. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown } | { readonly pending: true };

/** Waits for a call, but no longer than so many milliseconds. Never rejects, not even for a call that ends later. */
export async function watch(running: Promise<unknown>, boundMs: number): Promise<Outcome> {
  const stop = new AbortController();
  const bound = sleep(boundMs, { pending: true } as const, { signal: stop.signal });
  bound.catch(() => undefined);
  const ended: Promise<Outcome> = running.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  const outcome = await Promise.race([ended, bound]);
  stop.abort();
  return outcome;
}
