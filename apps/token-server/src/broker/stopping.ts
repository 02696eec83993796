import { setTimeout as wait } from 'node:timers/promises';
import { LAST_STOP_AGAIN_MS, START_IN_DOUBT_MS, STOP_AGAIN_MS } from '../config/constants.ts';
import type { Stopped } from '../vendors/vendor.ts';

/** What came of asking a vendor to stop a session; one that cannot be asked knows none. */
export type Stop = Exclude<Stopped, 'unended'> | 'failed';

/** Stops one session, again until that has worked; one in doubt for as long as it may still begin. */
export class Stopping {
  readonly #ask: () => Promise<Stop>;
  /** Until when it may still begin, by `performance.now()`. */
  readonly #mayBeginUntil: number;
  #inDoubt: boolean;
  #last: Stop = 'failed';
  #againAt: number | undefined;
  #asking: Promise<void> | undefined;

  constructor(ask: () => Promise<Stop>, inDoubt = false) {
    this.#ask = ask;
    this.#inDoubt = inDoubt;
    this.#mayBeginUntil = performance.now() + START_IN_DOUBT_MS;
  }

  /** What the vendor last answered. */
  get last(): Stop {
    return this.#last;
  }

  get isDone(): boolean {
    return this.#last !== 'failed' && !this.#inDoubt;
  }

  /** Stops it unless that is done, or it is too soon. */
  async again(): Promise<void> {
    if (!this.isDone && this.#dueInMs === 0) await this.#now();
  }

  /** Stops it until that is done, or for so long; for a server that ends. */
  async forGood(withinMs: number): Promise<void> {
    const until = performance.now() + withinMs;
    // One in doubt may begin only after its first stop: the next one comes when it was to come.
    if (!this.isDone && this.#last !== 'failed') await wait(Math.min(this.#dueInMs, withinMs / 2));
    if (!this.isDone) await this.#now();
    while (!this.isDone && until - performance.now() > LAST_STOP_AGAIN_MS) {
      await wait(LAST_STOP_AGAIN_MS);
      await this.#now();
    }
  }

  get #dueInMs(): number {
    return Math.max(0, (this.#againAt ?? 0) - performance.now());
  }

  /** Stops it, or waits for the stop under way. */
  async #now(): Promise<void> {
    this.#asking ??= this.#askOnce().finally(() => {
      this.#asking = undefined;
    });
    await this.#asking;
  }

  async #askOnce(): Promise<void> {
    this.#last = await this.#ask();
    // A vendor may call over what has not begun: the first answer proves nothing.
    const wasFound = this.#last === 'over' && this.#againAt !== undefined;
    const cannotBegin = this.#last !== 'failed' && performance.now() >= this.#mayBeginUntil;
    if (wasFound || cannotBegin) this.#inDoubt = false;
    this.#againAt = performance.now() + STOP_AGAIN_MS;
  }
}

/** How long it is until then, by `performance.now()`. */
export function msUntil(then: number): number {
  return Math.max(0, then - performance.now());
}
