import {
  answerCheck,
  answerNothing,
  answerObject,
  answerOptional,
  defineOperation,
  requestCheck,
  type Operation,
} from '@org/core';
import * as z from 'zod/mini';

/** Which session to start. */
export interface StartSessionInput {
  /** From `createToken`. It is the proof that this call carries, instead of the API key. */
  session_token: string;
}

/** Where a started session can be joined. */
export interface StartSessionAnswer {
  session_id: string;
  /** The LiveKit server, or your own if the token was minted with a `livekit_config`. */
  livekit_url: string;
  /** The LiveKit token of the person who watches. */
  livekit_client_token: string;
  /** The LiveKit token of an agent beside them. */
  livekit_agent_token?: string | undefined;
  /** In seconds. */
  max_session_duration?: number | undefined;
  /** LITE only, and not with a connected agent: where audio for the avatar is sent to. */
  ws_url?: string | undefined;
}

/** Why a session is stopped, as LiveAvatar records it. */
export type StopReason =
  | 'UNKNOWN'
  | 'USER_DISCONNECTED'
  | 'SERVER_ERROR'
  | 'IDLE_TIMEOUT'
  | 'NO_CREDITS'
  | 'USER_CLOSED'
  | 'AVATAR_DELETED'
  | 'MAX_DURATION_REACHED'
  | 'ZOMBIE_SESSION_REAP'
  | 'AGENT_HANG_UP';

/** Which session to stop, and why. */
export interface StopSessionInput {
  /** As LiveAvatar gave it. Required, since with an API key nothing else names the session. */
  session_id: string;
  /** LiveAvatar's default: `UNKNOWN`. */
  reason?: StopReason | undefined;
}

/** Which session to keep. */
export interface KeepAliveInput {
  /** As LiveAvatar gave it. Required, since with an API key nothing else names the session. */
  session_id: string;
}

/** Not only a UUID, which the document says it is: an id that LiveAvatar gave must never be refused on its way back. */
export const sessionId: z.ZodMiniString = z.string().check(z.minLength(1));

const startRequest = requestCheck<StartSessionInput>()(
  z.strictObject({ session_token: z.string().check(z.minLength(1)) }),
);

const startAnswer = answerCheck<StartSessionAnswer>()(
  answerObject({
    session_id: z.string().check(z.minLength(1)),
    livekit_url: z.string().check(z.minLength(1)),
    livekit_client_token: z.string().check(z.minLength(1)),
    livekit_agent_token: answerOptional(z.string()),
    max_session_duration: answerOptional(z.number()),
    ws_url: answerOptional(z.string()),
  }),
);

/** POST /v1/sessions/start */
export const startSession: Operation<StartSessionInput, StartSessionAnswer> = defineOperation({
  id: 'sessions.start',
  method: 'POST',
  path: '/v1/sessions/start',
  credential: { bearer: 'session_token' },
  sends: 'nothing',
  repeat: 'unsent-only',
  documentation: 'https://docs.liveavatar.com/reference/start_session_v1_sessions_start_post',
  request: startRequest,
  answer: startAnswer,
});

const stopRequest = requestCheck<StopSessionInput>()(
  z.strictObject({
    session_id: sessionId,
    reason: z.optional(
      z.enum([
        'UNKNOWN',
        'USER_DISCONNECTED',
        'SERVER_ERROR',
        'IDLE_TIMEOUT',
        'NO_CREDITS',
        'USER_CLOSED',
        'AVATAR_DELETED',
        'MAX_DURATION_REACHED',
        'ZOMBIE_SESSION_REAP',
        'AGENT_HANG_UP',
      ]),
    ),
  }),
);

/** POST /v1/sessions/stop */
export const stopSession: Operation<StopSessionInput, undefined> = defineOperation({
  id: 'sessions.stop',
  method: 'POST',
  path: '/v1/sessions/stop',
  credential: 'api_key',
  sends: 'json',
  repeat: 'safe',
  documentation: 'https://docs.liveavatar.com/reference/stop_session_v1_sessions_stop_post',
  request: stopRequest,
  answer: answerNothing,
});

const keepAliveRequest = requestCheck<KeepAliveInput>()(z.strictObject({ session_id: sessionId }));

/** POST /v1/sessions/keep-alive */
export const keepAlive: Operation<KeepAliveInput, undefined> = defineOperation({
  id: 'sessions.keepAlive',
  method: 'POST',
  path: '/v1/sessions/keep-alive',
  credential: 'api_key',
  sends: 'json',
  repeat: 'safe',
  documentation: 'https://docs.liveavatar.com/reference/keep_session_alive_v1_sessions_keep_alive_post',
  request: keepAliveRequest,
  answer: answerNothing,
});
