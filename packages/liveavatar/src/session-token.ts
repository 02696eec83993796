import { answerCheck, answerObject, defineOperation, requestCheck, type Operation } from '@org/core';
import * as z from 'zod/mini';

/** How the video is encoded. */
export interface VideoSettings {
  /** LiveAvatar's default: `high`. `very_high` needs a higher plan (unproven). */
  quality?: 'very_high' | 'high' | 'medium' | 'low' | undefined;
  /** LiveAvatar's default: `H264`. */
  encoding?: 'VP8' | 'H264' | undefined;
}

/** How a voice of ElevenLabs speaks. */
export interface ElevenLabsVoiceSettings {
  provider: 'elevenLabs';
  /** Times the normal speed, 0.8 to 1.2; default 1. */
  speed?: number | undefined;
  /** 0 to 1; default 0.75. */
  stability?: number | undefined;
  /** 0 to 1; default 0.75. */
  similarity_boost?: number | undefined;
  /** 0 to 1; default 0. */
  style?: number | undefined;
  /** Default `true`. */
  use_speaker_boost?: boolean | undefined;
  model?: 'eleven_flash_v2_5' | 'eleven_multilingual_v2' | undefined;
  /** Default `false`. */
  apply_language_text_normalization?: boolean | undefined;
}

/** How a voice of Fish Audio speaks. */
export interface FishVoiceSettings {
  provider: 'fish';
  /** Times the normal speed, 0.8 to 1.2. */
  speed?: number | undefined;
  model?: 's1' | 's2' | undefined;
  latency_mode?: 'normal' | 'balanced' | undefined;
}

/** Voice, context and ears of the avatar, given inline. Deprecated by LiveAvatar in favour of `voice_agent`. */
export interface AvatarPersona {
  /** A UUID. */
  voice_id?: string | undefined;
  /** A UUID. Without one the avatar shows its video and ignores the user, and no error says so. */
  context_id?: string | undefined;
  /** Default `en`. */
  language?: string | undefined;
  voice_settings?: ElevenLabsVoiceSettings | FishVoiceSettings | undefined;
  stt_config?: { provider?: 'deepgram' | 'assembly_ai' | 'gladia' | 'elevenlabs' | undefined } | undefined;
}

/** Values for the placeholders of a context: at most 50, names to 64 characters, values to 1000. */
export type DynamicVariables = Record<string, string>;

/** A LiveKit room of your own. All three fields, or no `livekit_config` at all. */
export interface LivekitConfig {
  livekit_url: string;
  livekit_room: string;
  livekit_client_token: string;
}

/** An Agora channel of your own. */
export interface AgoraConfig {
  agora_app_id: string;
  agora_token: string;
  agora_channel: string;
  /** Agora knows numeric and textual ids. */
  agora_uid: string | number;
}

/** An agent at ElevenLabs; `secret_id` names a secret stored at LiveAvatar. */
export interface ElevenLabsAgentConfig {
  secret_id: string;
  agent_id: string;
  voice_id?: string | undefined;
  dynamic_variables?: Record<string, unknown> | undefined;
}

/** OpenAI's realtime model; `secret_id` names a secret stored at LiveAvatar. */
export interface OpenAiRealtimeConfig {
  secret_id: string;
  context_id?: string | undefined;
  /** Default `alloy`. */
  voice?: string | undefined;
  /** 0.6 to 1.2; default 0.8. */
  temperature?: number | undefined;
  /** Default `gpt-realtime`. */
  model?: string | undefined;
}

/** Gemini's live model; `secret_id` names a secret stored at LiveAvatar. */
export interface GeminiRealtimeConfig {
  secret_id: string;
  context_id?: string | undefined;
  /** Default `Puck`. */
  voice?: string | undefined;
  /** 0 to 2; default 0.8. */
  temperature?: number | undefined;
  model?: string | undefined;
}

/** An agent at Cartesia; `secret_id` names a secret stored at LiveAvatar. */
export interface CartesiaAgentConfig {
  secret_id: string;
  agent_id: string;
}

/** What a session of either mode has. */
interface AnySession {
  /** A UUID. */
  avatar_id: string;
  /** A free session that ends after about a minute. Default `false`. */
  is_sandbox?: boolean | undefined;
  video_settings?: VideoSettings | undefined;
  /** The session's longest life, in whole seconds, up to what the plan allows. */
  max_session_duration?: number | undefined;
}

/** LiveAvatar listens, thinks and speaks. */
export interface FullSession extends AnySession {
  /** Default `FULL`. */
  mode?: 'FULL' | undefined;
  /** Excludes `voice_agent`. */
  avatar_persona?: AvatarPersona | undefined;
  /** A stored voice agent. An ElevenLabs agent makes the session a LITE one all the same. Excludes `avatar_persona`. */
  voice_agent?:
    | { id: string; language?: string | undefined; dynamic_variables?: Record<string, unknown> | undefined }
    | undefined;
  /** Default `CONVERSATIONAL`. */
  interactivity_type?: 'CONVERSATIONAL' | 'PUSH_TO_TALK' | undefined;
  /** A UUID. */
  llm_configuration_id?: string | undefined;
  dynamic_variables?: DynamicVariables | undefined;
  /** UUIDs; when both are given, they must name the same memory. */
  memory?: { prev_session_id?: string | undefined; session_memory_id?: string | undefined } | undefined;
  livekit_config?: undefined;
  agora_config?: undefined;
  elevenlabs_agent_config?: undefined;
  openai_realtime_config?: undefined;
  gemini_realtime_config?: undefined;
  cartesia_agent_config?: undefined;
}

/** LiveAvatar shows a face that moves with the audio you or a connected agent give it. `CUSTOM` is its older name. */
export interface LiteSession extends AnySession {
  mode: 'LITE' | 'CUSTOM';
  /** Without one, LiveAvatar provides the room, and `start` answers where it is. */
  livekit_config?: LivekitConfig | undefined;
  agora_config?: AgoraConfig | undefined;
  elevenlabs_agent_config?: ElevenLabsAgentConfig | undefined;
  openai_realtime_config?: OpenAiRealtimeConfig | undefined;
  gemini_realtime_config?: GeminiRealtimeConfig | undefined;
  cartesia_agent_config?: CartesiaAgentConfig | undefined;
  avatar_persona?: undefined;
  voice_agent?: undefined;
  interactivity_type?: undefined;
  llm_configuration_id?: undefined;
  dynamic_variables?: undefined;
  memory?: undefined;
}

/** What a session is made of. It cannot be changed once its token is minted. */
export type CreateTokenInput = FullSession | LiteSession;

/** What LiveAvatar promises for a token. */
export interface CreateTokenAnswer {
  session_id: string;
  /** The credential of this one session: whoever has it can start and stop the session without the key. */
  session_token: string;
}

const between = (least: number, most: number): z.ZodMiniOptional<z.ZodMiniNumber> =>
  z.optional(z.number().check(z.gte(least), z.lte(most)));

// LiveAvatar counts characters; `length` counts some of them twice.
const characters = (most: number): z.ZodMiniString =>
  z
    .string()
    .check(
      z.refine((text) => Array.from(text).length <= most, { error: `must be at most ${most} characters` }),
    );

const MOST_VARIABLES = 50;

const dynamicVariables = z.record(characters(64), characters(1000)).check(
  z.refine((variables) => Object.keys(variables).length <= MOST_VARIABLES, {
    error: `must have at most ${MOST_VARIABLES} entries`,
  }),
);

const voiceSettings = z.discriminatedUnion('provider', [
  z.strictObject({
    provider: z.literal('elevenLabs'),
    speed: between(0.8, 1.2),
    stability: between(0, 1),
    similarity_boost: between(0, 1),
    style: between(0, 1),
    use_speaker_boost: z.optional(z.boolean()),
    model: z.optional(z.enum(['eleven_flash_v2_5', 'eleven_multilingual_v2'])),
    apply_language_text_normalization: z.optional(z.boolean()),
  }),
  z.strictObject({
    provider: z.literal('fish'),
    speed: between(0.8, 1.2),
    model: z.optional(z.enum(['s1', 's2'])),
    latency_mode: z.optional(z.enum(['normal', 'balanced'])),
  }),
]);

const avatarPersona = z.strictObject({
  voice_id: z.optional(z.guid()),
  context_id: z.optional(z.guid()),
  language: z.optional(z.string()),
  voice_settings: z.optional(voiceSettings),
  stt_config: z.optional(
    z.strictObject({ provider: z.optional(z.enum(['deepgram', 'assembly_ai', 'gladia', 'elevenlabs'])) }),
  ),
});

const anySession = {
  avatar_id: z.guid(),
  is_sandbox: z.optional(z.boolean()),
  video_settings: z.optional(
    z.strictObject({
      quality: z.optional(z.enum(['very_high', 'high', 'medium', 'low'])),
      encoding: z.optional(z.enum(['VP8', 'H264'])),
    }),
  ),
  max_session_duration: z.optional(z.int()),
};

const onlyIn = (mode: string): z.ZodMiniOptional<z.ZodMiniUndefined> =>
  z.optional(z.undefined({ error: `goes with mode ${mode}, and the mode of this request is another` }));
const onlyInLite = onlyIn('LITE');
const onlyInFull = onlyIn('FULL');

const fullSession = z
  .strictObject({
    ...anySession,
    mode: z.optional(z.literal('FULL')),
    avatar_persona: z.optional(avatarPersona),
    voice_agent: z.optional(
      z.strictObject({
        id: z.guid(),
        language: z.optional(z.string()),
        dynamic_variables: z.optional(z.record(z.string(), z.unknown())),
      }),
    ),
    interactivity_type: z.optional(z.enum(['CONVERSATIONAL', 'PUSH_TO_TALK'])),
    llm_configuration_id: z.optional(z.guid()),
    dynamic_variables: z.optional(dynamicVariables),
    memory: z.optional(
      z.strictObject({ prev_session_id: z.optional(z.guid()), session_memory_id: z.optional(z.guid()) }),
    ),
    livekit_config: onlyInLite,
    agora_config: onlyInLite,
    elevenlabs_agent_config: onlyInLite,
    openai_realtime_config: onlyInLite,
    gemini_realtime_config: onlyInLite,
    cartesia_agent_config: onlyInLite,
  })
  .check(
    z.refine((session) => session.avatar_persona === undefined || session.voice_agent === undefined, {
      path: ['voice_agent'],
      error: 'cannot be combined with "avatar_persona": send one or the other',
    }),
  );

const livekitField = z.string({
  error: ({ input }) =>
    input === undefined
      ? 'is required: livekit_url, livekit_room and livekit_client_token are sent together or not at all'
      : undefined,
});

const liteSession = z.strictObject({
  ...anySession,
  mode: z.enum(['LITE', 'CUSTOM']),
  livekit_config: z.optional(
    z.strictObject({
      livekit_url: livekitField,
      livekit_room: livekitField,
      livekit_client_token: livekitField,
    }),
  ),
  agora_config: z.optional(
    z.strictObject({
      agora_app_id: z.string(),
      agora_token: z.string(),
      agora_channel: z.string(),
      agora_uid: z.union([z.string(), z.int()]),
    }),
  ),
  elevenlabs_agent_config: z.optional(
    z.strictObject({
      secret_id: z.string(),
      agent_id: z.string(),
      voice_id: z.optional(z.string()),
      dynamic_variables: z.optional(z.record(z.string(), z.unknown())),
    }),
  ),
  openai_realtime_config: z.optional(
    z.strictObject({
      secret_id: z.string(),
      context_id: z.optional(z.string()),
      voice: z.optional(z.string()),
      temperature: between(0.6, 1.2),
      model: z.optional(z.string()),
    }),
  ),
  gemini_realtime_config: z.optional(
    z.strictObject({
      secret_id: z.string(),
      context_id: z.optional(z.string()),
      voice: z.optional(z.string()),
      temperature: between(0, 2),
      model: z.optional(z.string()),
    }),
  ),
  cartesia_agent_config: z.optional(z.strictObject({ secret_id: z.string(), agent_id: z.string() })),
  avatar_persona: onlyInFull,
  voice_agent: onlyInFull,
  interactivity_type: onlyInFull,
  llm_configuration_id: onlyInFull,
  dynamic_variables: onlyInFull,
  memory: onlyInFull,
});

const createTokenRequest = requestCheck<CreateTokenInput>()(
  z.discriminatedUnion('mode', [fullSession, liteSession]),
);

const createTokenAnswer = answerCheck<CreateTokenAnswer>()(
  answerObject({
    session_id: z.string().check(z.minLength(1)),
    session_token: z.string().check(z.minLength(1)),
  }),
);

/** POST /v1/sessions/token */
export const createToken: Operation<CreateTokenInput, CreateTokenAnswer> = defineOperation({
  id: 'sessions.createToken',
  method: 'POST',
  path: '/v1/sessions/token',
  credential: 'api_key',
  sends: 'json',
  repeat: 'safe',
  documentation: 'https://docs.liveavatar.com/reference/create_session_token_v1_sessions_token_post',
  request: createTokenRequest,
  answer: createTokenAnswer,
});
