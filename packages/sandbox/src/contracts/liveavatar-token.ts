import { boolean, integer, number, object, oneOf, ref, string, uuid, type Schema } from './schema.ts';

const everyMode = {
  avatar_id: uuid,
  is_sandbox: { ...boolean, default: false },
  video_settings: ref('VideoSettings'),
  max_session_duration: { ...integer, description: 'Seconds' },
};

const anyObject: Schema = { type: 'object' };

/** What an agent of another company, whose voice drives the avatar, is configured with (LITE). */
const connectors: Readonly<Record<string, Schema>> = {
  ElevenLabsAgentConfig: object(
    { secret_id: string, agent_id: string, voice_id: string, dynamic_variables: anyObject },
    ['secret_id', 'agent_id'],
  ),
  OpenAiRealtimeConfig: object(
    {
      secret_id: string,
      context_id: string,
      voice: { ...string, default: 'alloy' },
      temperature: { ...number(0.6, 1.2), default: 0.8 },
      model: { ...string, default: 'gpt-realtime' },
    },
    ['secret_id'],
  ),
  GeminiRealtimeConfig: object(
    {
      secret_id: string,
      context_id: string,
      voice: { ...string, default: 'Puck' },
      temperature: { ...number(0, 2), default: 0.8 },
      model: string,
    },
    ['secret_id'],
  ),
  CartesiaAgentConfig: object({ secret_id: string, agent_id: string }, ['secret_id', 'agent_id']),
};

const voiceSettings: Readonly<Record<string, Schema>> = {
  VoiceSettings: {
    type: 'object',
    required: ['provider'],
    properties: { provider: oneOf('elevenLabs', 'fish') },
    if: { required: ['provider'], properties: { provider: { const: 'fish' } } },
    then: ref('FishVoiceSettings'),
    else: ref('ElevenLabsVoiceSettings'),
  },
  ElevenLabsVoiceSettings: object({
    provider: string,
    speed: { ...number(0.8, 1.2), default: 1 },
    stability: { ...number(0, 1), default: 0.75 },
    similarity_boost: { ...number(0, 1), default: 0.75 },
    style: { ...number(0, 1), default: 0 },
    use_speaker_boost: { ...boolean, default: true },
    model: oneOf('eleven_flash_v2_5', 'eleven_multilingual_v2'),
    apply_language_text_normalization: { ...boolean, default: false },
  }),
  FishVoiceSettings: object({
    provider: string,
    speed: { ...number(0.8, 1.2), default: 1 },
    model: oneOf('s1', 's2'),
    latency_mode: oneOf('normal', 'balanced'),
  }),
};

/** The body of POST /v1/sessions/token: a field of the other mode is an unknown field, and so swallowed. */
export const tokenSchemas: Readonly<Record<string, Schema>> = {
  SessionTokenRequest: {
    type: 'object',
    required: ['avatar_id'],
    properties: { mode: { ...oneOf('FULL', 'LITE', 'CUSTOM'), default: 'FULL' } },
    // CUSTOM is the older name of LITE.
    if: { required: ['mode'], properties: { mode: { enum: ['LITE', 'CUSTOM'] } } },
    then: ref('LiteSession'),
    else: ref('FullSession'),
  },
  FullSession: {
    ...object({
      mode: string,
      ...everyMode,
      avatar_persona: { ...ref('AvatarPersona'), deprecated: true },
      voice_agent: ref('VoiceAgentRef'),
      interactivity_type: { ...oneOf('CONVERSATIONAL', 'PUSH_TO_TALK'), default: 'CONVERSATIONAL' },
      llm_configuration_id: uuid,
      dynamic_variables: ref('DynamicVariables'),
      memory: object({ prev_session_id: uuid, session_memory_id: uuid }),
    }),
    not: { required: ['avatar_persona', 'voice_agent'] },
    'x-rule': 'avatar_persona and voice_agent are mutually exclusive',
  },
  LiteSession: object({
    mode: string,
    ...everyMode,
    livekit_config: ref('LiveKitConfig'),
    agora_config: ref('AgoraConfig'),
    elevenlabs_agent_config: ref('ElevenLabsAgentConfig'),
    openai_realtime_config: ref('OpenAiRealtimeConfig'),
    gemini_realtime_config: ref('GeminiRealtimeConfig'),
    cartesia_agent_config: ref('CartesiaAgentConfig'),
  }),
  VideoSettings: object({
    quality: { ...oneOf('very_high', 'high', 'medium', 'low'), default: 'high' },
    encoding: { ...oneOf('VP8', 'H264'), default: 'H264' },
  }),
  AvatarPersona: object({
    voice_id: uuid,
    context_id: uuid,
    language: { ...string, default: 'en' },
    voice_settings: ref('VoiceSettings'),
    stt_config: object({ provider: oneOf('deepgram', 'assembly_ai', 'gladia', 'elevenlabs') }),
  }),
  VoiceAgentRef: object({ id: uuid, language: string, dynamic_variables: anyObject }, ['id']),
  DynamicVariables: {
    type: 'object',
    maxProperties: 50,
    propertyNames: { maxLength: 64 },
    // The document caps the length and names no type: what is not a string has no length to cap.
    additionalProperties: { maxLength: 1000 },
  },
  LiveKitConfig: object({ livekit_url: string, livekit_room: string, livekit_client_token: string }, [
    'livekit_url',
    'livekit_room',
    'livekit_client_token',
  ]),
  AgoraConfig: object(
    {
      agora_app_id: string,
      agora_token: string,
      agora_channel: string,
      // Agora knows numeric and textual user ids; LiveAvatar does not say which it takes.
      agora_uid: { type: ['string', 'integer'] },
    },
    ['agora_app_id', 'agora_token', 'agora_channel', 'agora_uid'],
  ),
  ...voiceSettings,
  ...connectors,
};
