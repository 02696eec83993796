import { printAs } from './inspect.ts';

const HIDDEN = '[secret]';

/** What a {@link Secret} can do: so that one of another copy of this package is one, too. */
export interface SecretLike {
  /** The value itself. */
  reveal(): string;
}

/**
 * A value that does not show itself: in a template, in JSON and in `console.log` it is `[secret]`.
 * Give one as `apiKey` to keep the key out of any log of your own configuration.
 */
export class Secret implements SecretLike {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    printAs(this, () => HIDDEN);
  }

  /** The value itself. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }
}
