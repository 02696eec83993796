import type { Stage } from './vendors/vendor.ts';

/** Plays whatever is given to the stage. Tells when the browser wants a click first, and when it no longer does. */
export class Playback {
  readonly #elements: readonly HTMLMediaElement[];
  readonly #onBlocked: (blocked: boolean) => void;

  constructor({ video, audio }: Stage, onBlocked: (blocked: boolean) => void) {
    this.#elements = [video, audio];
    this.#onBlocked = onBlocked;
    for (const element of this.#elements) {
      element.addEventListener('loadedmetadata', () => {
        void this.play();
      });
    }
  }

  /** After a click it is allowed. */
  async play(): Promise<void> {
    const outcomes = await Promise.allSettled(
      this.#elements.filter(({ srcObject }) => srcObject !== null).map((element) => element.play()),
    );
    // Other failures come of a stream that is replaced meanwhile, and the new one is played in its turn.
    const blocked = outcomes.some(
      (outcome) => outcome.status === 'rejected' && (outcome.reason as Error).name === 'NotAllowedError',
    );
    this.#onBlocked(blocked);
  }

  /** Lets go of the streams, so that no last frame stays. */
  clear(): void {
    for (const element of this.#elements) element.srcObject = null;
    this.#onBlocked(false);
  }
}
