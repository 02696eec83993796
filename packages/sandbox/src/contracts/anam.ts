import { answer, json, query, type OpenApiDocument } from './openapi.ts';
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

/** One engine, with only its own fields: see `voiceGenerationOptions` below. */
const engine = (properties: Readonly<Record<string, Schema>>): Schema => ({
  ...object(properties),
  additionalProperties: false,
});

const elevenLabsV1 = { stability: number(0, 1), similarityBoost: number(0, 1), speed: number(0.7, 1.2) };

const schemas: Readonly<Record<string, Schema>> = {
  SessionTokenRequest: object({
    clientLabel: string,
    personaConfig: ref('PersonaConfig'),
    sessionOptions: ref('SessionOptions'),
  }),
  // The document says oneOf over two schemas whose every field is optional, so that nearly every object
  // would fit both and be refused. It is read as the document's prose has it: `personaId` names a stored
  // persona, anything else is an ephemeral one. What the vendor does with a mixture is not known;
  // fields beside `personaId` are swallowed here.
  PersonaConfig: {
    type: 'object',
    if: { required: ['personaId'] },
    then: ref('StatefulPersona'),
    else: ref('EphemeralPersona'),
  },
  StatefulPersona: object({ personaId: string }, ['personaId']),
  EphemeralPersona: object({
    name: string,
    avatarId: string,
    avatarModel: oneOf('cara-2', 'cara-3', 'cara-4-latest'),
    voiceId: string,
    llmId: string,
    systemPrompt: string,
    maxSessionLengthSeconds: number(),
    skipGreeting: boolean,
    uninterruptibleGreeting: boolean,
    initialMessage: nullableString,
    voiceDetectionOptions: ref('VoiceDetectionOptions'),
    languageCode: { ...string, description: 'ISO 639-1' },
    // Again a oneOf without a discriminator over all-optional schemas. Read literally as anyOf, every
    // object would fit an engine that does not know the field, and no range would ever bind. So each
    // engine is closed: the options must fit one engine, with that engine's fields only.
    voiceGenerationOptions: {
      type: 'object',
      anyOf: [ref('ElevenLabsV1'), ref('ElevenLabsV2'), ref('CartesiaSonic3'), ref('FishAudio')],
      'x-rule':
        'must fit one engine (ElevenLabs V1 or V2, Cartesia Sonic-3, Fish Audio) with its fields only',
    },
  }),
  VoiceDetectionOptions: object({
    endOfSpeechSensitivity: number(0, 1),
    silenceBeforeSkipTurnSeconds: number(0, 900),
    silenceBeforeSessionEndSeconds: number(0, 7200),
    silenceBeforeAutoEndTurnSeconds: number(0.5, 10),
    speechEnhancementLevel: number(0, 1),
  }),
  ElevenLabsV1: engine(elevenLabsV1),
  ElevenLabsV2: engine({ ...elevenLabsV1, style: number(0, 1), useSpeakerBoost: boolean, model: string }),
  CartesiaSonic3: engine({
    volume: number(0.5, 2),
    speed: number(0.6, 1.5),
    emotion: oneOf('neutral', 'calm', 'angry', 'content', 'sad', 'scared'),
  }),
  FishAudio: engine({ volume: number(0.5, 2), speed: number(0.5, 2) }),
  StartSessionRequest: object({
    clientLabel: string,
    personaConfig: ref('PersonaConfig'),
    sessionOptions: ref('SessionOptions'),
    environment: { type: 'object' },
    clientMetadata: object({ client: string, version: string }),
  }),
  StartedSession: object(
    {
      sessionId: uuid,
      region: string,
      engineHost: string,
      engineProtocol: oneOf('http', 'https'),
      signallingEndpoint: string,
      clientConfig: object(
        {
          heartbeatIntervalSeconds: integer,
          maxWsReconnectionAttempts: integer,
          iceServers: array({ type: 'object' }),
          iceTransportPolicy: oneOf('all', 'relay'),
        },
        ['iceServers'],
      ),
    },
    ['sessionId', 'clientConfig'],
  ),
  Session: object({
    id: uuid,
    // A uuid by the document; here every persona id is a good one.
    personaId: nullableString,
    clientLabel: nullableString,
    startTime: string,
    endTime: nullableString,
    sessionLengthMs: { type: ['integer', 'null'] },
    exitStatus: nullableString,
    engineHost: nullableString,
    engineProtocol: nullableString,
    engineVersion: nullableString,
    clientMetadata: { type: 'object' },
    personaConfig: { type: 'object' },
    apiKeyId: { ...nullableString, format: 'uuid' },
    organizationId: string,
    createdAt: string,
    updatedAt: nullableString,
    toolCalls: array({ type: 'object' }),
  }),
  SessionOptions: object({
    sessionReplay: object({ enableSessionReplay: { ...boolean, default: true } }),
    videoQuality: oneOf('high', 'auto'),
  }),
};

/** Every operation of Anam's documents that the sandbox has lists these. */
const refusals = {
  400: { description: 'Invalid request body or session id' },
  401: { description: 'Unauthorized - Invalid or missing token or API key' },
  403: { description: 'Not authorised for the organisation' },
};

const engineSessions: OpenApiDocument['paths'] = {
  '/v1/engine/session': {
    post: {
      operationId: 'engine.startSession',
      summary: 'start an engine session',
      // With a session token nothing of the body counts; with an API key it is that of a token.
      requestBody: { required: false, content: json(ref('StartSessionRequest')) },
      responses: {
        200: answer('Successfully started session', ref('StartedSession')),
        ...refusals,
        402: { description: 'No plan' },
        429: { description: 'Concurrency, spend cap or usage limit' },
        503: { description: 'No engine is free' },
      },
    },
  },
};

const sessionId = { name: 'id', in: 'path', required: true, schema: uuid } as const;

/** By Anam's published API description alone: unproven against Anam. */
const sessionRecords: OpenApiDocument['paths'] = {
  '/v1/sessions/{id}': {
    get: {
      operationId: 'sessions.get',
      summary: 'get session',
      parameters: [sessionId],
      responses: {
        200: answer('Successfully retrieved session', ref('Session')),
        ...refusals,
        404: { description: 'Session not found' },
      },
    },
  },
  '/v1/sessions/{id}/stop': {
    post: {
      operationId: 'sessions.stop',
      summary: 'stop session',
      parameters: [sessionId],
      responses: {
        200: answer('The engine accepted the stop request', { type: 'object' }),
        ...refusals,
        404: { description: 'Session not found, or it has no engine to terminate' },
      },
    },
  },
};

/** What no document has, and the browser SDK calls. */
const ofTheBrowserSdk: OpenApiDocument['paths'] = {
  '/talk': {
    post: {
      operationId: 'engine.talk',
      summary: 'make the persona say a text',
      security: [],
      parameters: [query('session_id', string, true)],
      requestBody: { required: true, content: json(object({ content: string }, ['content'])) },
      responses: { 200: { description: 'It will be said' }, 404: { description: 'No such session' } },
    },
  },
  '/v1/metrics/client': {
    post: {
      operationId: 'metrics.send',
      summary: 'telemetry of the browser SDK',
      security: [],
      requestBody: { required: false, content: json({}) },
      responses: { 200: { description: 'Taken' } },
    },
  },
};

/** Anam's operations, from its OpenAPI pages. No error body has a schema there. */
export const anam: OpenApiDocument = {
  openapi: '3.1.0',
  info: { title: 'Anam AI API', version: '1.0', description: 'As the vendor documents it.' },
  servers: [{ url: 'https://api.anam.ai' }],
  security: [{ BearerAuth: [] }],
  paths: {
    '/v1/auth/session-token': {
      post: {
        operationId: 'sessionTokens.create',
        summary: 'create session token',
        requestBody: { required: true, content: json(ref('SessionTokenRequest')) },
        responses: {
          200: answer('Successfully started session', object({ sessionToken: string }, ['sessionToken'])),
          400: { description: 'Invalid request body' },
          401: { description: 'Unauthorized - Invalid or missing API key' },
          500: { description: 'Server error' },
        },
      },
    },
    ...engineSessions,
    ...sessionRecords,
    ...ofTheBrowserSdk,
  },
  components: { schemas, securitySchemes: { BearerAuth: { type: 'http', scheme: 'bearer' } } },
};
