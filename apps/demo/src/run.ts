import type { Problem } from './problem.ts';

/** What one call holds until it is let go. */
export class Run {
  readonly #abort = new AbortController();
  readonly #ends: (() => void)[] = [];
  microphone?: MediaStream | undefined;
  /** What the page itself knows that may cost it the session, and the vendor does not say. */
  trouble?: Problem | undefined;

  /** Whether the page was closed, and has told the token server so by a beacon. */
  left = false;

  /** Aborted once nobody wants the call any more, for whatever reason. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** To be done when it ends. */
  onEnd(act: () => void): void {
    this.#ends.push(act);
  }

  /** Gives up what is under way. */
  abort(why: unknown): void {
    this.#abort.abort(why);
  }

  end(why: unknown = new DOMException('The call was ended.', 'AbortError')): void {
    for (const act of this.#ends.splice(0)) act();
    this.abort(why);
  }
}

/** Runs it later; the function that is returned prevents that. */
export function after(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms);
  return () => {
    clearTimeout(timer);
  };
}
