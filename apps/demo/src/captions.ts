/** For how long the last words can still be read. */
const READ_MS = 4000;

/** What the avatar says, to be read: shown as it is said, and gone a while after it. */
export class Captions {
  readonly #show: (text: string) => void;
  #speaking = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(show: (text: string) => void) {
    this.#show = show;
  }

  /** All that has been said of one message so far. */
  say(text: string): void {
    this.#show(text);
    this.#wait();
  }

  speaking(now: boolean): void {
    this.#speaking = now;
    this.#wait();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(): void {
    clearTimeout(this.#timer);
    if (this.#speaking) return;
    this.#timer = setTimeout(() => {
      this.#show('');
    }, READ_MS);
  }
}
