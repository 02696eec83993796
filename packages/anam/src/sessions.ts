import {
  answerCheck,
  answerNothing,
  answerObject,
  answerOptional,
  defineOperation,
  requestCheck,
  type Caller,
  type CallOptions,
  type Operation,
} from '@org/core';
import * as z from 'zod/mini';

/** Which session to look up. */
export interface GetSessionInput {
  /** Not that of the token: the one that Anam's engine gave when a browser began the session. The browser SDK has it. */
  id: string;
}

/** A session as Anam has it on record; `null` in its answer is absent here. */
export interface SessionRecord {
  id?: string | undefined;
  personaId?: string | undefined;
  /** As the token was labelled. */
  clientLabel?: string | undefined;
  /** In ISO 8601, as are all times here. */
  createdAt?: string | undefined;
  startTime?: string | undefined;
  /** Absent while the session runs. */
  endTime?: string | undefined;
  sessionLengthMs?: number | undefined;
  exitStatus?: string | undefined;
}

/** Which session to stop. */
export interface StopSessionInput {
  /** As for {@link GetSessionInput}. */
  id: string;
}

/** Not only a UUID, which the document says it is: an id that Anam's engine gave must never be refused on its way back. */
const byId = z.strictObject({ id: z.string().check(z.minLength(1)) });

const getRequest = requestCheck<GetSessionInput>()(byId);

const getAnswer = answerCheck<SessionRecord>()(
  answerObject({
    id: answerOptional(z.string()),
    personaId: answerOptional(z.string()),
    clientLabel: answerOptional(z.string()),
    createdAt: answerOptional(z.string()),
    startTime: answerOptional(z.string()),
    endTime: answerOptional(z.string()),
    sessionLengthMs: answerOptional(z.number()),
    exitStatus: answerOptional(z.string()),
  }),
);

/** GET /v1/sessions/{id} */
export const getSession: Operation<GetSessionInput, SessionRecord> = defineOperation({
  id: 'sessions.get',
  method: 'GET',
  path: '/v1/sessions/{id}',
  credential: 'api_key',
  sends: 'query',
  repeat: 'safe',
  documentation: 'https://api.anam.ai/swagger.json, GET /v1/sessions/{id}',
  request: getRequest,
  answer: getAnswer,
});

const stopRequest = requestCheck<StopSessionInput>()(byId);

/** POST /v1/sessions/{id}/stop */
export const stopSession: Operation<StopSessionInput, undefined> = defineOperation({
  id: 'sessions.stop',
  method: 'POST',
  path: '/v1/sessions/{id}/stop',
  credential: 'api_key',
  sends: 'nothing',
  repeat: 'safe',
  documentation: 'https://api.anam.ai/swagger.json, POST /v1/sessions/{id}/stop',
  request: stopRequest,
  answer: answerNothing,
});

/** Sessions that a browser has begun. Every method rejects with an `AvatarError`. */
export class Sessions {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /**
   * A session's record. Unproven: no call was made to Anam.
   *
   * @throws NotFoundError when the account has no such session
   * @see https://anam.ai/docs (get session, GET /v1/sessions/\{id\})
   */
  get(input: GetSessionInput, options?: CallOptions): Promise<SessionRecord> {
    return this.#caller.call(getSession, input, options);
  }

  /**
   * Ends a session: it resolves once Anam's engine has taken the order, which it carries out in its own time. Unproven:
   * no call was made to Anam.
   *
   * @throws NotFoundError when the account has no such session, when it never reached an engine, or when it is
   *   one over LiveKit or Agora
   * @see https://anam.ai/docs (stop session, POST /v1/sessions/\{id\}/stop)
   */
  stop(input: StopSessionInput, options?: CallOptions): Promise<void> {
    return this.#caller.call(stopSession, input, options);
  }
}
