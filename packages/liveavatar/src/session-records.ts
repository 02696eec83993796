import {
  answerCheck,
  answerObject,
  answerOptional,
  defineOperation,
  openEnum,
  requestCheck,
  type Operation,
} from '@org/core';
import * as z from 'zod/mini';
import { sessionId } from './session-lifecycle.ts';

/** Which sessions to list. */
export interface ListSessionsInput {
  type: 'active' | 'historic';
  /** From 1; default 1. */
  page?: number | undefined;
  /** 1 to 100; default 20. */
  page_size?: number | undefined;
  avatar_id?: string | undefined;
  embed_id?: string | undefined;
  context_id?: string | undefined;
}

/** A session as LiveAvatar has it on record. */
export interface SessionRecord {
  id: string;
  /** LiveAvatar's own text, as are all times here. */
  created_at?: string | undefined;
  updated_at?: string | undefined;
  /** In seconds. */
  duration?: number | undefined;
  source?: 'DEMO' | 'APP' | 'API' | 'EMBED' | (string & {}) | undefined;
  mode?: 'FULL' | 'LITE' | (string & {}) | undefined;
  is_sandbox?: boolean | undefined;
  credits_consumed?: number | undefined;
  /** Absent while the session runs. */
  end_at?: string | undefined;
  /** LiveAvatar documents no list of them. */
  end_reason?: string | undefined;
}

/** One page of a list. */
export interface SessionPage {
  /** How many there are in all. */
  count: number;
  /** The next page's URL. */
  next?: string | undefined;
  /** The previous page's URL. */
  previous?: string | undefined;
  results: SessionRecord[];
}

/** Which session to look up. */
export interface GetSessionInput {
  /** As LiveAvatar gave it. */
  session_id: string;
}

/** Which session's words, and from when to when. */
export interface GetTranscriptInput {
  /** As LiveAvatar gave it. */
  session_id: string;
  /** Only what was said since, such as the `next_timestamp` of the previous answer. */
  start_timestamp?: number | undefined;
  /** Only what was said until then; on the clock of `start_timestamp`, of which LiveAvatar documents no unit. */
  end_timestamp?: number | undefined;
}

/** One thing said. */
export interface TranscriptEntry {
  role: 'user' | 'avatar' | (string & {});
  transcript: string;
  /** When it was said; LiveAvatar documents no unit. */
  absolute_timestamp?: number | undefined;
  /** When in the session it was said; LiveAvatar documents no unit. */
  relative_timestamp?: number | undefined;
}

/** What was said in a session. */
export interface Transcript {
  session_active?: boolean | undefined;
  /** Give it as `start_timestamp` to read on. */
  next_timestamp?: number | undefined;
  transcript_data: TranscriptEntry[];
}

const listRequest = requestCheck<ListSessionsInput>()(
  z.strictObject({
    type: z.enum(['active', 'historic']),
    page: z.optional(z.int().check(z.gte(1))),
    page_size: z.optional(z.int().check(z.gte(1), z.lte(100))),
    avatar_id: z.optional(z.string()),
    embed_id: z.optional(z.string()),
    context_id: z.optional(z.string()),
  }),
);

const sessionRecord = answerObject({
  id: z.string().check(z.minLength(1)),
  created_at: answerOptional(z.string()),
  updated_at: answerOptional(z.string()),
  duration: answerOptional(z.number()),
  source: answerOptional(openEnum(['DEMO', 'APP', 'API', 'EMBED'])),
  mode: answerOptional(openEnum(['FULL', 'LITE'])),
  is_sandbox: answerOptional(z.boolean()),
  credits_consumed: answerOptional(z.number()),
  end_at: answerOptional(z.string()),
  end_reason: answerOptional(z.string()),
});

const listAnswer = answerCheck<SessionPage>()(
  answerObject({
    count: z.number(),
    next: answerOptional(z.string()),
    previous: answerOptional(z.string()),
    results: z.array(sessionRecord),
  }),
);

/** GET /v1/sessions */
export const listSessions: Operation<ListSessionsInput, SessionPage> = defineOperation({
  id: 'sessions.list',
  method: 'GET',
  path: '/v1/sessions',
  credential: 'api_key',
  sends: 'query',
  repeat: 'safe',
  documentation: 'https://docs.liveavatar.com/reference/list_sessions_v1_sessions_get',
  request: listRequest,
  answer: listAnswer,
});

const getRequest = requestCheck<GetSessionInput>()(z.strictObject({ session_id: sessionId }));

const getAnswer = answerCheck<SessionRecord>()(sessionRecord);

/** GET /v1/sessions/{session_id} */
export const getSession: Operation<GetSessionInput, SessionRecord> = defineOperation({
  id: 'sessions.get',
  method: 'GET',
  path: '/v1/sessions/{session_id}',
  credential: 'api_key',
  sends: 'query',
  repeat: 'safe',
  documentation: 'https://docs.liveavatar.com, GET /v1/sessions/{session_id}',
  request: getRequest,
  answer: getAnswer,
});

const getTranscriptRequest = requestCheck<GetTranscriptInput>()(
  z.strictObject({
    session_id: sessionId,
    // Not only a whole number, which the document says it is: a `next_timestamp` must never be refused on its way back.
    start_timestamp: z.optional(z.number()),
    end_timestamp: z.optional(z.int()),
  }),
);

const getTranscriptAnswer = answerCheck<Transcript>()(
  answerObject({
    session_active: answerOptional(z.boolean()),
    next_timestamp: answerOptional(z.number()),
    transcript_data: z.array(
      answerObject({
        role: openEnum(['user', 'avatar']),
        transcript: z.string(),
        absolute_timestamp: answerOptional(z.number()),
        relative_timestamp: answerOptional(z.number()),
      }),
    ),
  }),
);

/** GET /v1/sessions/{session_id}/transcript */
export const getTranscript: Operation<GetTranscriptInput, Transcript> = defineOperation({
  id: 'sessions.getTranscript',
  method: 'GET',
  path: '/v1/sessions/{session_id}/transcript',
  credential: 'api_key',
  sends: 'query',
  repeat: 'safe',
  documentation:
    'https://docs.liveavatar.com/reference/get_session_transcript_v1_sessions__session_id__transcript_get',
  request: getTranscriptRequest,
  answer: getTranscriptAnswer,
});
