import { createCaller, type Caller, type ClientOptions } from '@org/core';
import { anam } from './dialect.ts';
import { SessionTokens } from './session-tokens.ts';
import { Sessions } from './sessions.ts';

/** The options of {@link Anam}; the key's variable is `ANAM_API_KEY`. */
export type AnamOptions = ClientOptions;

/**
 * Anam's API, for a server that holds the key.
 *
 * @example
 * await using anam = new Anam();
 * const { sessionToken, expiresAt } = await anam.sessionTokens.create({ personaConfig: { personaId } });
 *
 * @see https://anam.ai/docs
 */
export class Anam {
  /** Tokens with which a browser starts a session. */
  readonly sessionTokens: SessionTokens;
  /** Sessions that a browser has begun: their records, and their end. */
  readonly sessions: Sessions;
  readonly #caller: Caller;

  /** @throws ConfigurationError for a missing or malformed key, a bad base URL, a bad option */
  constructor(options: AnamOptions = {}) {
    this.#caller = createCaller(anam, options);
    this.sessionTokens = new SessionTokens(this.#caller);
    this.sessions = new Sessions(this.#caller);
  }

  /**
   * Opens a connection ahead of the first call, so that it does not pay for DNS and TLS; sends nothing.
   *
   * @returns whether a connection now waits: `false` where the runtime has no such thing, or where it failed
   */
  warmUp(): Promise<boolean> {
    return this.#caller.warmUp();
  }

  /** Lets the calls under way end, then closes the connections. */
  close(): Promise<void> {
    return this.#caller.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
