import { BREAK_AFTER, BREAK_MS, LINE_LENGTH, LONGEST_BREAK_MS } from '../config/constants.ts';
import { isAnswer, isOutage } from '../vendors/failures.ts';
import { Refusal } from './refusal.ts';
import { timed, type VendorCall } from './timed.ts';
import type { BreakerState, Watch } from './watch.ts';

/** Makes one call of a turn, and tells how long it took. */
export type MakeCall = <Answer>(name: VendorCall, call: () => Promise<Answer>) => Promise<Answer>;

/**
 * The way to one vendor. It takes so many turns at once and refuses the next; and after failures in a row it lets the
 * vendor alone for a while, then tries with one call. Each vendor has its own, so that none slows another.
 */
export class Line {
  readonly #vendor: string;
  readonly #watch: Watch;
  readonly #now: () => number;
  #underWay = 0;
  #failures = 0;
  #breaks = 0;
  #openUntil = 0;
  #state: BreakerState = 'closed';

  constructor(vendor: string, watch: Watch, now: () => number = () => performance.now()) {
    this.#vendor = vendor;
    this.#watch = watch;
    this.#now = now;
  }

  /** A turn of one call. */
  run<Answer>(name: VendorCall, call: () => Promise<Answer>): Promise<Answer> {
    return this.turn((makeCall) => makeCall(name, call));
  }

  /**
   * One turn at the vendor, of all calls that one grant takes: it has worked when all of them have. Counted one by one,
   * tokens that are minted well would hide for ever that no session starts.
   */
  async turn<Answer>(take: (makeCall: MakeCall) => Promise<Answer>): Promise<Answer> {
    this.#enter();
    const trying = this.#state === 'trying';
    this.#underWay++;
    try {
      const answer = await take((name, call) => timed(this.#watch, [this.#vendor, name], call(), this.#now));
      this.#worked();
      return answer;
    } catch (error) {
      if (isOutage(error)) this.#failed();
      else if (isAnswer(error)) this.#worked();
      // The caller left, which says nothing of the vendor: the next one tries, unless another has found it well.
      else if (trying && this.#state === 'trying') this.#set('open');
      throw error;
    } finally {
      this.#underWay--;
    }
  }

  #enter(): void {
    const wait = this.#openUntil - this.#now();
    if (this.#state === 'trying' || (this.#state === 'open' && wait > 0)) {
      throw new Refusal('vendor_paused', 'The vendor fails at present, so it is not asked.', {
        limit: 'vendor',
        retryAfterMs: Math.max(wait, 1_000),
      });
    }
    if (this.#underWay >= LINE_LENGTH) {
      throw new Refusal('vendor_line_full', 'Too many calls to the vendor are under way.', {
        limit: 'vendor',
      });
    }
    if (this.#state === 'open') this.#set('trying');
  }

  #worked(): void {
    this.#failures = 0;
    this.#breaks = 0;
    this.#set('closed');
  }

  #failed(): void {
    this.#failures++;
    if (this.#state !== 'trying' && this.#failures < BREAK_AFTER) return;
    this.#openUntil = this.#now() + Math.min(BREAK_MS * 2 ** this.#breaks, LONGEST_BREAK_MS);
    if (this.#state !== 'open') this.#breaks++;
    this.#set('open');
  }

  #set(state: BreakerState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#watch.breaker(this.#vendor, state);
  }
}
