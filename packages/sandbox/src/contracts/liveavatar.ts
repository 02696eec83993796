import { fastApiSchemas } from './fastapi.ts';
import { tokenSchemas } from './liveavatar-token.ts';
import { answer, json, query, type OpenApiDocument, type OperationObject } from './openapi.ts';
import {
  array,
  boolean,
  integer,
  nullableString,
  number,
  object,
  oneOf,
  ref,
  string,
  uuid,
  type Schema,
} from './schema.ts';

export const endReasons: readonly string[] = [
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
];

const session = object(
  {
    id: uuid,
    created_at: string,
    updated_at: string,
    duration: number(0),
    source: oneOf('DEMO', 'APP', 'API', 'EMBED'),
    mode: oneOf('FULL', 'LITE'),
    is_sandbox: boolean,
    credits_consumed: number(0),
    end_at: string,
    end_reason: oneOf(...endReasons),
  },
  ['id', 'created_at', 'updated_at', 'duration', 'source', 'mode', 'is_sandbox', 'credits_consumed'],
);

const schemas: Readonly<Record<string, Schema>> = {
  ...tokenSchemas,
  ...fastApiSchemas,
  Session: session,
  StopSessionRequest: object({
    session_id: uuid,
    reason: { ...oneOf(...endReasons), default: 'UNKNOWN' },
  }),
  KeepAliveRequest: object({ session_id: uuid }),
  StartedSession: object(
    {
      session_id: uuid,
      livekit_url: string,
      livekit_client_token: string,
      livekit_agent_token: string,
      max_session_duration: integer,
      ws_url: string,
    },
    ['session_id', 'livekit_url', 'livekit_client_token'],
  ),
  SessionPage: object(
    { count: integer, next: nullableString, previous: nullableString, results: array(ref('Session')) },
    ['count', 'next', 'previous', 'results'],
  ),
  Transcript: object(
    {
      session_active: boolean,
      next_timestamp: integer,
      transcript_data: array(
        object({
          role: oneOf('user', 'avatar'),
          transcript: string,
          absolute_timestamp: number(),
          relative_timestamp: number(),
        }),
      ),
    },
    ['session_active', 'transcript_data'],
  ),
};

/** Every answer is wrapped; the document's default for `code` is 100, in practice it is 1000. */
const enveloped = (data: Schema): ReturnType<typeof answer> =>
  answer(
    'Successful Response',
    object({ code: integer, data, message: string }, ['code', 'data', 'message']),
  );

const invalid = answer('Validation Error', ref('HTTPValidationError'));
const eitherCredential = [{ ApiKeyAuth: [] }, { SessionToken: [] }];
const sessionId = { name: 'session_id', in: 'path', required: true, schema: uuid } as const;

const byToken: Readonly<Record<string, { readonly post: OperationObject }>> = {
  '/v1/sessions/token': {
    post: {
      operationId: 'sessions.createToken',
      summary: 'Create Session Token',
      requestBody: { required: true, content: json(ref('SessionTokenRequest')) },
      responses: {
        200: enveloped(object({ session_id: uuid, session_token: string }, ['session_id', 'session_token'])),
        422: invalid,
      },
    },
  },
  '/v1/sessions/start': {
    post: {
      operationId: 'sessions.start',
      summary: 'Start Session',
      security: [{ SessionToken: [] }],
      responses: { 201: enveloped(ref('StartedSession')), 422: invalid },
    },
  },
  '/v1/sessions/stop': {
    post: {
      operationId: 'sessions.stop',
      summary: 'Stop Session',
      security: eitherCredential,
      // Every field is optional, and the vendor's browser SDK sends none: a body may be absent.
      requestBody: {
        required: false,
        content: json({ ...ref('StopSessionRequest'), default: { reason: 'USER_CLOSED' } }),
      },
      responses: { 200: enveloped({}), 422: invalid },
    },
  },
  '/v1/sessions/keep-alive': {
    post: {
      operationId: 'sessions.keepAlive',
      summary: 'Keep Session Alive',
      security: eitherCredential,
      requestBody: { required: false, content: json(ref('KeepAliveRequest')) },
      responses: { 200: enveloped({}), 422: invalid },
    },
  },
};

const reading: Readonly<Record<string, { readonly get: OperationObject }>> = {
  '/v1/sessions': {
    get: {
      operationId: 'sessions.list',
      summary: 'List Sessions',
      parameters: [
        query('type', oneOf('active', 'historic'), true),
        query('page', { ...integer, minimum: 1, default: 1 }),
        query('page_size', { ...integer, minimum: 1, maximum: 100, default: 20 }),
        query('avatar_id', string),
        query('embed_id', string),
        query('context_id', string),
      ],
      responses: { 200: enveloped(ref('SessionPage')), 422: invalid },
    },
  },
  '/v1/sessions/{session_id}': {
    get: {
      operationId: 'sessions.get',
      summary: 'Get Session',
      parameters: [sessionId],
      responses: { 200: enveloped(ref('Session')), 422: invalid },
    },
  },
  '/v1/sessions/{session_id}/transcript': {
    get: {
      operationId: 'sessions.getTranscript',
      summary: 'Get Session Transcript',
      parameters: [sessionId, query('start_timestamp', integer), query('end_timestamp', integer)],
      responses: { 200: enveloped(ref('Transcript')), 422: invalid },
    },
  },
};

/** LiveAvatar's session operations, from its pages. */
export const liveavatar: OpenApiDocument = {
  openapi: '3.1.0',
  info: { title: 'LiveAvatar API', version: '1.0', description: 'As the vendor documents it.' },
  servers: [{ url: 'https://api.liveavatar.com' }],
  security: [{ ApiKeyAuth: [] }],
  paths: { ...byToken, ...reading },
  components: {
    schemas,
    securitySchemes: {
      ApiKeyAuth: { type: 'apiKey', in: 'header', name: 'x-api-key' },
      SessionToken: { type: 'http', scheme: 'bearer' },
    },
  },
};
