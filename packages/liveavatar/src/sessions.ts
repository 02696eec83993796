import type { Caller, CallOptions } from '@org/core';
import type { OpenOptions } from './open-options.ts';
import { openSession, type OpenSession } from './open-session.ts';
import {
  keepAlive,
  startSession,
  stopSession,
  type KeepAliveInput,
  type StartSessionAnswer,
  type StartSessionInput,
  type StopSessionInput,
} from './session-lifecycle.ts';
import {
  getSession,
  getTranscript,
  listSessions,
  type GetSessionInput,
  type GetTranscriptInput,
  type ListSessionsInput,
  type SessionPage,
  type SessionRecord,
  type Transcript,
} from './session-records.ts';
import { createToken, type CreateTokenAnswer, type CreateTokenInput } from './session-token.ts';

/** Sessions, from token to transcript. Every method rejects with an `AvatarError`. */
export class Sessions {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /**
   * Mints the token of one session. It costs nothing until the session is started.
   *
   * @throws InvalidRequestError for a field that breaks a rule (nothing is sent), or LiveAvatar's 422
   * @throws QuotaError when the plan, the credits or the sessions at once are at their limit
   * @see https://docs.liveavatar.com/reference/create_session_token_v1_sessions_token_post
   */
  createToken(input: CreateTokenInput, options?: CallOptions): Promise<CreateTokenAnswer> {
    return this.#caller.call(createToken, input, options);
  }

  /**
   * Starts the session of a token. It is billed from here on, until it is stopped or runs out, so a call whose
   * outcome is unknown is never made a second time.
   *
   * @throws AuthenticationError for a token that LiveAvatar does not accept: mint a new one
   * @throws QuotaError when the plan, the credits or the sessions at once are at their limit
   * @see https://docs.liveavatar.com/reference/start_session_v1_sessions_start_post
   */
  start(input: StartSessionInput, options?: CallOptions): Promise<StartSessionAnswer> {
    return this.#caller.call(startSession, input, options);
  }

  /**
   * Ends a session, and with it the bill.
   *
   * @throws AvatarError of which {@link isSessionOver} is true when it is over already: nothing is left to stop
   * @see https://docs.liveavatar.com/reference/stop_session_v1_sessions_stop_post
   */
  stop(input: StopSessionInput, options?: CallOptions): Promise<void> {
    return this.#caller.call(stopSession, input, options);
  }

  /**
   * Keeps a session from ending for inactivity, which it does after 5 minutes. It does not lengthen
   * `max_session_duration`.
   *
   * @throws AvatarError of which {@link isSessionOver} is true when it is over: no further call can help
   * @see https://docs.liveavatar.com/reference/keep_session_alive_v1_sessions_keep_alive_post
   */
  keepAlive(input: KeepAliveInput, options?: CallOptions): Promise<void> {
    return this.#caller.call(keepAlive, input, options);
  }

  /**
   * One page of the account's sessions: those that run, or those that are over.
   *
   * @throws InvalidRequestError for a `page` below 1 or a `page_size` out of 1 to 100 (nothing is sent)
   * @see https://docs.liveavatar.com/reference/list_sessions_v1_sessions_get
   */
  list(input: ListSessionsInput, options?: CallOptions): Promise<SessionPage> {
    return this.#caller.call(listSessions, input, options);
  }

  /**
   * A session's record; one that runs has no `end_at`.
   *
   * @throws NotFoundError when the account has no such session
   * @see https://docs.liveavatar.com (GET /v1/sessions/\{session_id\})
   */
  get(input: GetSessionInput, options?: CallOptions): Promise<SessionRecord> {
    return this.#caller.call(getSession, input, options);
  }

  /**
   * What was said in a session so far, by both; while `session_active`, more may come.
   *
   * @throws NotFoundError when the account has no such session
   * @see https://docs.liveavatar.com/reference/get_session_transcript_v1_sessions__session_id__transcript_get
   */
  getTranscript(input: GetTranscriptInput, options?: CallOptions): Promise<Transcript> {
    return this.#caller.call(getTranscript, input, options);
  }

  /**
   * Mints a token and starts its session; keeps the session alive, and stops it when the scope ends. When the start
   * fails, or the client is closed meanwhile, what was minted is stopped before the error is thrown. Where LiveAvatar
   * says that nothing runs, but may be working on the start still (aborted, timed out, the connection lost), it is
   * stopped once more ten seconds later, or when the client is closed. What begins after that, or cannot be stopped,
   * runs until LiveAvatar ends it; hooks and logger are told of a stop that fails.
   *
   * @example
   * await using session = await liveavatar.sessions.open({ mode: 'LITE', avatar_id });
   */
  open(input: CreateTokenInput, options?: OpenOptions): Promise<OpenSession> {
    return openSession(this.#caller, input, options);
  }
}
