import { BUDGET_CAPACITY, BUDGET_RETRY_COST, BUDGET_SUCCESS_REFUND } from './constants.ts';

/** Leave for one retry. */
export interface RetryPermit {
  /** Gives the cost back, once, because the retry succeeded. */
  payBack(): void;
}

/** What a {@link RetryBudget} can do: so that one of another copy of this package, or of your own, is one, too. */
export interface RetryBudgetLike {
  /** Takes the cost of one retry; `undefined` when there is not enough left. */
  take(): RetryPermit | undefined;
  /** Notes a call that succeeded at its first attempt. */
  noteSuccess(): void;
}

/**
 * Bounds how many retries a client makes in all, so that an outage is not answered with three times the load.
 * A token bucket: a retry takes 5 of its 100 tokens and gets them back when it succeeds; a success at the first
 * attempt earns 1. Share one between clients that talk to the same vendor.
 */
export class RetryBudget implements RetryBudgetLike {
  readonly capacity: number;
  #tokens: number;

  /** @param capacity tokens when full, at least 5, 100 unless told */
  constructor(capacity: number = BUDGET_CAPACITY) {
    if (!Number.isFinite(capacity) || capacity < BUDGET_RETRY_COST) {
      throw new RangeError(`capacity must be a finite number of at least ${BUDGET_RETRY_COST}`);
    }
    this.capacity = capacity;
    this.#tokens = capacity;
  }

  /** Tokens left, from 0 to `capacity`. */
  get tokens(): number {
    return this.#tokens;
  }

  /** Takes the cost of one retry; `undefined` when there is not enough left. */
  take(): RetryPermit | undefined {
    if (this.#tokens < BUDGET_RETRY_COST) return undefined;
    this.#tokens -= BUDGET_RETRY_COST;
    let owed = BUDGET_RETRY_COST;
    return {
      payBack: () => {
        this.#add(owed);
        owed = 0;
      },
    };
  }

  /** Notes a call that succeeded at its first attempt. */
  noteSuccess(): void {
    this.#add(BUDGET_SUCCESS_REFUND);
  }

  #add(tokens: number): void {
    this.#tokens = Math.min(this.capacity, this.#tokens + tokens);
  }
}
