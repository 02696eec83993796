import type { Rate, RateRefusal } from './state.ts';

/** Rates by GCRA: of each key only the time is kept at which its bucket will be empty again. */
export class MemoryRates {
  readonly #emptyAt = new Map<string, number>();

  take(rates: readonly Rate[], now: number): RateRefusal | undefined {
    let refusal: RateRefusal | undefined;
    const next = rates.map(({ key, count, windowMs }, index) => {
      // A bucket is full at most: one that was filled under a longer window keeps nobody out for that long.
      const emptyAt = Math.max(Math.min(this.#emptyAt.get(key) ?? 0, now + windowMs), now) + windowMs / count;
      const retryAfterMs = Math.ceil(emptyAt - now - windowMs);
      if (retryAfterMs > 0 && retryAfterMs > (refusal?.retryAfterMs ?? 0)) refusal = { index, retryAfterMs };
      return [key, emptyAt] as const;
    });
    if (refusal !== undefined) return refusal;
    for (const [key, emptyAt] of next) this.#emptyAt.set(key, emptyAt);
    return undefined;
  }

  forget(now: number): void {
    for (const [key, emptyAt] of this.#emptyAt) if (emptyAt <= now) this.#emptyAt.delete(key);
  }
}
