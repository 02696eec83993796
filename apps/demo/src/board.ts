import { IDLE, type CallState } from './call-state.ts';
import type { Told } from './problem.ts';
import type { Timeline } from './timeline.ts';

/** What is to be seen of a call: its state and its timeline, in one place for all who change them. */
export class Board {
  readonly #timeline: Timeline;
  readonly #onState: (state: CallState) => void;
  #state: CallState = IDLE;

  constructor(timeline: Timeline, onState: (state: CallState) => void) {
    this.#timeline = timeline;
    this.#onState = onState;
  }

  get state(): CallState {
    return this.#state;
  }

  /** A call begins; nothing is left of the one before. */
  open(): void {
    this.#timeline.restart();
    this.#state = { ...IDLE, phase: 'preparing' };
    this.note('Connect');
    this.update({});
  }

  /** The call is over. How long its picture took is still worth seeing. */
  close(problem: Told | undefined): void {
    if (problem === undefined) this.note('Ended');
    else this.note(`Ended: ${problem.message}`, 'bad');
    const { firstFrameMs } = this.#state;
    this.#state = { ...IDLE, firstFrameMs };
    this.update({ problem });
  }

  /** Notes what happens now, and says how long after the beginning it was. */
  note(...entry: Parameters<Timeline['note']>): number {
    return this.#timeline.note(...entry);
  }

  update(change: Partial<CallState>): void {
    this.#state = { ...this.#state, ...change };
    this.#onState(this.#state);
  }
}
