import { vi } from 'vitest';

interface Timer {
  readonly id: number;
  readonly at: number;
  readonly fire: () => void;
}

/**
 * Time that passes only when {@link run} lets it, and then at once. Unlike the usual fake timers it keeps fractions
 * of a millisecond, so a model can compute the very same instants.
 */
export class VirtualTime {
  #now = 0;
  #lastId = 0;
  #timers: Timer[] = [];

  /** Milliseconds since the beginning. */
  readonly now = (): number => this.#now;

  /** Timers that have yet to fire. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Replaces the timers of this process until `vi.unstubAllGlobals()`. */
  install(): void {
    vi.stubGlobal('setTimeout', (fire: () => void, ms = 0): number => {
      const id = ++this.#lastId;
      this.#timers.push({ id, at: this.#now + ms, fire });
      return id;
    });
    vi.stubGlobal('clearTimeout', (id: number | undefined): void => {
      this.#timers = this.#timers.filter((timer) => timer.id !== id);
    });
  }

  /** Lets time pass, from timer to timer, until `until` has come to its end. */
  async run<Result>(until: Promise<Result>): Promise<PromiseSettledResult<Result>> {
    let outcome: PromiseSettledResult<Result> | undefined;
    void Promise.allSettled([until]).then(([settled]) => (outcome = settled));
    for (;;) {
      // Everything that promises still have to say is said before the next turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
      if (outcome !== undefined) return outcome;
      const next = this.#timers.reduce<Timer | undefined>(
        (first, timer) => (first === undefined || timer.at < first.at ? timer : first),
        undefined,
      );
      if (next === undefined) throw new Error('nothing is left that could end the call');
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = next.at;
      next.fire();
    }
  }
}
