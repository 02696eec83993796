import { agreement, between, optional, type Subject } from '@org/vendor-testing';
import { checkRequest, type RequestParts } from '@org/sandbox/contracts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { keepAlive, stopSession } from '../src/session-lifecycle.ts';
import { getSession, getTranscript, listSessions } from '../src/session-records.ts';
import { createToken } from '../src/session-token.ts';
import { deviations } from './deviations.ts';

const uuid = fc.uuid();
const id = fc.oneof(uuid, fc.string({ minLength: 1 }));
const text = fc.string();

const dynamicVariables = fc.dictionary(fc.string({ maxLength: 64 }), fc.string({ maxLength: 1000 }), {
  maxKeys: 50,
});

const voiceSettings = fc.oneof(
  fc.record(
    {
      provider: fc.constant('elevenLabs'),
      speed: between(0.8, 1.2),
      stability: between(0, 1),
      similarity_boost: between(0, 1),
      style: between(0, 1),
      use_speaker_boost: fc.boolean(),
      model: fc.constantFrom('eleven_flash_v2_5', 'eleven_multilingual_v2'),
      apply_language_text_normalization: fc.boolean(),
    },
    { requiredKeys: ['provider'] },
  ),
  fc.record(
    {
      provider: fc.constant('fish'),
      speed: between(0.8, 1.2),
      model: fc.constantFrom('s1', 's2'),
      latency_mode: fc.constantFrom('normal', 'balanced'),
    },
    { requiredKeys: ['provider'] },
  ),
);

const anySession = {
  avatar_id: uuid,
  is_sandbox: fc.boolean(),
  video_settings: optional({
    quality: fc.constantFrom('very_high', 'high', 'medium', 'low'),
    encoding: fc.constantFrom('VP8', 'H264'),
  }),
  max_session_duration: fc.integer(),
};

const fullFields = {
  ...anySession,
  mode: fc.constant('FULL'),
  interactivity_type: fc.constantFrom('CONVERSATIONAL', 'PUSH_TO_TALK'),
  llm_configuration_id: uuid,
  dynamic_variables: dynamicVariables,
  memory: optional({ prev_session_id: uuid, session_memory_id: uuid }),
};

const persona = optional({
  voice_id: uuid,
  context_id: uuid,
  language: text,
  voice_settings: voiceSettings,
  stt_config: optional({ provider: fc.constantFrom('deepgram', 'assembly_ai', 'gladia', 'elevenlabs') }),
});

const agent = fc.record(
  { id: uuid, language: text, dynamic_variables: fc.dictionary(text, fc.jsonValue()) },
  { requiredKeys: ['id'] },
);

const lite = fc.record(
  {
    ...anySession,
    mode: fc.constantFrom('LITE', 'CUSTOM'),
    livekit_config: fc.record({ livekit_url: text, livekit_room: text, livekit_client_token: text }),
    agora_config: fc.record({
      agora_app_id: text,
      agora_token: text,
      agora_channel: text,
      agora_uid: fc.oneof(text, fc.integer()),
    }),
    elevenlabs_agent_config: fc.record(
      {
        secret_id: text,
        agent_id: text,
        voice_id: text,
        dynamic_variables: fc.dictionary(text, fc.jsonValue()),
      },
      { requiredKeys: ['secret_id', 'agent_id'] },
    ),
    openai_realtime_config: fc.record(
      { secret_id: text, context_id: text, voice: text, temperature: between(0.6, 1.2), model: text },
      { requiredKeys: ['secret_id'] },
    ),
    gemini_realtime_config: fc.record(
      { secret_id: text, context_id: text, voice: text, temperature: between(0, 2), model: text },
      { requiredKeys: ['secret_id'] },
    ),
    cartesia_agent_config: fc.record({ secret_id: text, agent_id: text }),
  },
  { requiredKeys: ['avatar_id', 'mode'] },
);

const createTokenInput = fc.oneof(
  fc.record({ ...fullFields, avatar_persona: persona }, { requiredKeys: ['avatar_id'] }),
  fc.record({ ...fullFields, voice_agent: agent }, { requiredKeys: ['avatar_id'] }),
  lite,
);

const reasons = ['UNKNOWN', 'USER_DISCONNECTED', 'SERVER_ERROR', 'IDLE_TIMEOUT', 'NO_CREDITS', 'USER_CLOSED'];

/** With a UUID for any id: the document wants one, and our check takes whatever LiveAvatar may have given. */
function withUuid(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('session_id' in input)) return input;
  const { session_id } = input;
  if (typeof session_id !== 'string' || session_id === '') return input;
  return { ...input, session_id: '3c90c3cc-0d44-4b50-8888-8dd25736052a' };
}

const inBody = (input: unknown): RequestParts => ({ body: withUuid(input) });

// As a segment of a path they lead to another one.
const DOTS: readonly unknown[] = ['.', '..'];
const idInPath = id.filter((one) => !DOTS.includes(one));

/** The path's field and the rest as the query. */
function inPathAndQuery(input: unknown): RequestParts {
  const { session_id: given, ...query } = input as Record<string, unknown>;
  const { session_id } = withUuid({ session_id: given }) as Record<string, unknown>;
  return { path: { session_id: DOTS.includes(given) ? given : session_id }, query };
}

const subjects: readonly Omit<Subject<'liveavatar'>, 'vendor' | 'deviations'>[] = [
  { operation: 'sessions.createToken', check: createToken.request, valid: createTokenInput },
  {
    operation: 'sessions.stop',
    check: stopSession.request,
    valid: fc.record(
      { session_id: id, reason: fc.constantFrom(...reasons) },
      { requiredKeys: ['session_id'] },
    ),
    parts: inBody,
  },
  {
    operation: 'sessions.keepAlive',
    check: keepAlive.request,
    valid: fc.record({ session_id: id }),
    parts: inBody,
  },
];

test.each(subjects)('$operation accepts what the documents accept', (subject) => {
  const seen = agreement({ vendor: 'liveavatar', deviations, ...subject });
  expect(seen.accepted).toBeGreaterThanOrEqual(1_000);
  expect(seen.refused).toBeGreaterThanOrEqual(1_000);
});

// A query is text, so a type cannot be wrong in it as in JSON: what breaks a reader is a value out of its range.
const page = fc.record(
  {
    type: fc.constantFrom('active', 'historic'),
    page: fc.integer({ min: 1 }),
    page_size: fc.integer({ min: 1, max: 100 }),
    avatar_id: uuid,
    embed_id: text,
    context_id: uuid,
  },
  { requiredKeys: ['type'] },
);
const transcript = fc.record(
  { session_id: idInPath, start_timestamp: fc.integer(), end_timestamp: fc.integer() },
  { requiredKeys: ['session_id'] },
);
const noInteger = fc.constantFrom(0.5, 1.5, -0.1);
const inQuery = (input: unknown): RequestParts => ({ query: input as Record<string, unknown> });

const readers: readonly {
  operation: 'sessions.list' | 'sessions.get' | 'sessions.getTranscript';
  check: { issuesOf: (value: unknown) => readonly unknown[] };
  valid: fc.Arbitrary<object>;
  breaking: fc.Arbitrary<object>;
  parts: (input: unknown) => RequestParts;
}[] = [
  {
    operation: 'sessions.list',
    check: listSessions.request,
    valid: page,
    breaking: fc.oneof(
      fc.record({ type: text.filter((type) => type !== 'active' && type !== 'historic') }),
      fc.record({ page: fc.oneof(fc.integer({ max: 0 }), noInteger) }),
      fc.record({ page_size: fc.oneof(fc.integer({ max: 0 }), fc.integer({ min: 101 }), noInteger) }),
    ),
    parts: inQuery,
  },
  {
    operation: 'sessions.get',
    check: getSession.request,
    valid: fc.record({ session_id: idInPath }),
    breaking: fc.record({ session_id: fc.constantFrom('', '.', '..') }),
    parts: inPathAndQuery,
  },
  {
    operation: 'sessions.getTranscript',
    check: getTranscript.request,
    valid: transcript,
    breaking: fc.oneof(
      fc.record({ session_id: fc.constantFrom('', '.', '..') }),
      fc.record({ start_timestamp: fc.constantFrom('soon', true, null) }),
      fc.record({ end_timestamp: noInteger }),
    ),
    parts: inPathAndQuery,
  },
];

test.each(readers)(
  '$operation accepts what the documents accept',
  ({ operation, check, valid, breaking, parts }) => {
    const verdicts = (input: object): [ours: boolean, theirs: boolean] => [
      check.issuesOf(input).length === 0,
      checkRequest('liveavatar', operation, parts(input)).length === 0,
    ];
    fc.assert(
      fc.property(valid, (input) => {
        expect(verdicts(input)).toEqual([true, true]);
      }),
      { numRuns: 1_000 },
    );
    fc.assert(
      fc.property(valid, breaking, (input, change) => {
        expect(verdicts({ ...input, ...change })).toEqual([false, false]);
      }),
      { numRuns: 1_000 },
    );
  },
);
