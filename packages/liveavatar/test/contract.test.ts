import { agreement, between, optional, type Subject } from '@org/contract-testing';
import { checkRequest } from '@org/sandbox/contracts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { keepAlive, stop } from '../src/session-lifecycle.ts';
import { get, getTranscript, list } from '../src/session-records.ts';
import { createToken } from '../src/session-token.ts';
import { deviations } from './deviations.ts';

const uuid = fc.uuid();
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

/** The path's field and the rest as the query. */
function inPathAndQuery(input: unknown): { path: Record<string, unknown>; query: Record<string, unknown> } {
  const { session_id, ...query } = input as Record<string, unknown>;
  return { path: { session_id }, query };
}

const subjects: readonly Omit<Subject<'liveavatar'>, 'vendor' | 'deviations'>[] = [
  { operation: 'sessions.createToken', check: createToken.request, valid: createTokenInput },
  {
    operation: 'sessions.stop',
    check: stop.request,
    valid: fc.record(
      { session_id: uuid, reason: fc.constantFrom(...reasons) },
      { requiredKeys: ['session_id'] },
    ),
  },
  { operation: 'sessions.keepAlive', check: keepAlive.request, valid: fc.record({ session_id: uuid }) },
];

test.each(subjects)('$operation accepts what the documents accept', (subject) => {
  const seen = agreement({ vendor: 'liveavatar', deviations, ...subject });
  expect(seen.accepted).toBeGreaterThanOrEqual(1_000);
  expect(seen.refused).toBeGreaterThanOrEqual(1_000);
});

// A query is text, so a type cannot be wrong in it: what JSON would tell apart arrives the same.
test('the readers accept what the documents accept', () => {
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
    { session_id: uuid, start_timestamp: fc.integer(), end_timestamp: fc.integer() },
    { requiredKeys: ['session_id'] },
  );
  for (const [operation, valid, parts] of [
    [list, page, (input: unknown) => ({ query: input as Record<string, unknown> })],
    [get, fc.record({ session_id: uuid }), inPathAndQuery],
    [getTranscript, transcript, inPathAndQuery],
  ] as const) {
    fc.assert(
      fc.property(valid, (input) => {
        expect(operation.request.issuesOf(input)).toEqual([]);
        expect(checkRequest('liveavatar', operation.id as 'sessions.list', parts(input))).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  }
});
