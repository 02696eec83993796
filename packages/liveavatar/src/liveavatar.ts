import { createCaller, type Caller, type ClientOptions } from '@org/core';
import { liveavatar } from './dialect.ts';
import { Sessions } from './sessions.ts';

/** The options of {@link LiveAvatar}; the key's variable is `LIVEAVATAR_API_KEY`. */
export type LiveAvatarOptions = ClientOptions;

/**
 * LiveAvatar's API, for a server that holds the key. A key of HeyGen's older streaming API does not work here.
 *
 * @example
 * await using liveavatar = new LiveAvatar();
 * const { session_token } = await liveavatar.sessions.createToken({ mode: 'FULL', avatar_id, avatar_persona });
 *
 * @see https://docs.liveavatar.com
 */
export class LiveAvatar {
  /** Sessions, from token to transcript. */
  readonly sessions: Sessions;
  readonly #caller: Caller;

  /** @throws ConfigurationError for a missing or malformed key, a bad base URL, a bad option */
  constructor(options: LiveAvatarOptions = {}) {
    this.#caller = createCaller(liveavatar, options);
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

  /**
   * Lets the calls under way end, then closes the connections. Stop the sessions that you opened first: afterwards this
   * client can neither stop them nor keep them alive. A session that is just being opened is stopped, and its `open`
   * rejects; a stop that was put off to come ten seconds after a failed `open` is made now.
   */
  close(): Promise<void> {
    return this.#caller.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
