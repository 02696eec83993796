import { createCaller, type Caller, type ClientOptions } from '@org/core';
import { Compose } from './compose.ts';
import { simli } from './dialect.ts';
import { Livekit } from './livekit.ts';

/** The options of {@link Simli}; the key's variable is `SIMLI_API_KEY`. */
export type SimliOptions = ClientOptions;

/**
 * Simli's API, for a server that holds the key.
 *
 * @example
 * await using simli = new Simli();
 * const { session_token } = await simli.compose.createToken({ faceId, maxSessionLength: 600, maxIdleTime: 60 });
 *
 * @see https://docs.simli.com
 */
export class Simli {
  /** Session tokens and ICE servers. */
  readonly compose: Compose;
  /** Simli's avatar in a LiveKit room of yours. */
  readonly livekit: Livekit;
  readonly #caller: Caller;

  /** @throws ConfigurationError for a missing or malformed key, a bad base URL, a bad option */
  constructor(options: SimliOptions = {}) {
    this.#caller = createCaller(simli, options);
    this.compose = new Compose(this.#caller);
    this.livekit = new Livekit(this.#caller);
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
