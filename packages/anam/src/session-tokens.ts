import {
  answerCheck,
  answerObject,
  defineOperation,
  requestCheck,
  type AnswerContext,
  type Caller,
  type CallOptions,
  type Operation,
} from '@org/core';
import * as z from 'zod/mini';
import { expiryOf } from './expiry.ts';

/** When the user's turn is over. */
export interface VoiceDetectionOptions {
  /** 0 (least sensitive) to 1 (most). */
  endOfSpeechSensitivity?: number | undefined;
  /** Silence after which the user's turn is skipped, in seconds, 0 to 900. */
  silenceBeforeSkipTurnSeconds?: number | undefined;
  /** Silence after which the session ends, in seconds, 0 to 7200. */
  silenceBeforeSessionEndSeconds?: number | undefined;
  /** Silence after which the user's turn ends, in seconds, 0.5 to 10. */
  silenceBeforeAutoEndTurnSeconds?: number | undefined;
  /** 0 (none) to 1 (most). */
  speechEnhancementLevel?: number | undefined;
}

/** For voices of ElevenLabs V1 models. */
export interface ElevenLabsV1VoiceGenerationOptions {
  /** 0 (more varied) to 1 (more stable). */
  stability?: number | undefined;
  /** 0 (more varied) to 1 (more similar to the original speaker). */
  similarityBoost?: number | undefined;
  /** Times the normal speed, 0.7 to 1.2. */
  speed?: number | undefined;
}

/** For voices of ElevenLabs V2 models. */
export interface ElevenLabsV2VoiceGenerationOptions {
  /** 0 (more varied) to 1 (more stable). */
  stability?: number | undefined;
  /** 0 (more varied) to 1 (more similar to the original speaker). */
  similarityBoost?: number | undefined;
  /** Amplifies the speaker's style, 0 to 1; Anam recommends 0 for low latency. */
  style?: number | undefined;
  useSpeakerBoost?: boolean | undefined;
  /** Times the normal speed, 0.7 to 1.2. */
  speed?: number | undefined;
  /** The ElevenLabs model's id. */
  model?: string | undefined;
}

/** For voices of Cartesia Sonic-3 models. */
export interface CartesiaSonic3VoiceGenerationOptions {
  /** Times the normal volume, 0.5 to 2. */
  volume?: number | undefined;
  /** Times the normal speed, 0.6 to 1.5. */
  speed?: number | undefined;
  emotion?: 'neutral' | 'calm' | 'angry' | 'content' | 'sad' | 'scared' | undefined;
}

/** For voices of Fish Audio models. */
export interface FishAudioVoiceGenerationOptions {
  /** Times the normal volume, 0.5 to 2. */
  volume?: number | undefined;
  /** Times the normal speed, 0.5 to 2. */
  speed?: number | undefined;
}

/**
 * The options of the one engine that the voice belongs to. Which engine that is cannot be told from the request, so
 * it is only checked that the fields go together for some engine.
 */
export type VoiceGenerationOptions =
  | ElevenLabsV1VoiceGenerationOptions
  | ElevenLabsV2VoiceGenerationOptions
  | CartesiaSonic3VoiceGenerationOptions
  | FishAudioVoiceGenerationOptions;

/** A persona described here and now. Anam does not check the ids when it mints; a wrong one fails in the browser. */
export interface EphemeralPersona {
  personaId?: undefined;
  name?: string | undefined;
  avatarId?: string | undefined;
  /** Models that end in `-latest` are by invitation only. */
  avatarModel?: 'cara-2' | 'cara-3' | 'cara-4-latest' | undefined;
  voiceId?: string | undefined;
  llmId?: string | undefined;
  systemPrompt?: string | undefined;
  /** The session's longest life, in seconds. Anam documents no default, so set it. */
  maxSessionLengthSeconds?: number | undefined;
  skipGreeting?: boolean | undefined;
  /** When `true`, the user cannot interrupt the greeting. */
  uninterruptibleGreeting?: boolean | undefined;
  /** The first thing the persona says; when empty or absent, it makes up its own greeting. */
  initialMessage?: string | null | undefined;
  voiceDetectionOptions?: VoiceDetectionOptions | undefined;
  /** ISO 639-1, for transcription; replaces the organisation's setting and the multilingual default. */
  languageCode?: string | undefined;
  voiceGenerationOptions?: VoiceGenerationOptions | undefined;
}

/** A persona that was saved at Anam. */
export interface StatefulPersona {
  /** Not empty. */
  personaId: string;
}

/** How the session is delivered and recorded. */
export interface SessionOptions {
  sessionReplay?:
    | {
        /** Anam's default: `true`, so the session is recorded unless this says `false`. */
        enableSessionReplay?: boolean | undefined;
      }
    | undefined;
  /** `high` pins the highest bitrate, `auto` adapts it. */
  videoQuality?: 'high' | 'auto' | undefined;
}

/** What a token is minted for; the token is bound to exactly this. */
export interface CreateSessionTokenInput {
  /** A label for the session in Anam's lists. */
  clientLabel?: string | undefined;
  /** Either a saved persona by its id, or one described field by field; never both. */
  personaConfig: EphemeralPersona | StatefulPersona;
  sessionOptions?: SessionOptions | undefined;
}

/** What Anam promises for a token. */
interface SessionTokenAnswer {
  sessionToken: string;
}

/** A token for one session, and how long it is good. */
export interface SessionToken {
  /** A signed JWT with which Anam's browser SDK opens one session. Good once. */
  sessionToken: string;
  /**
   * When the token stops being good: its own `exp` where it has one, else one hour after Anam's answer, which is
   * what Anam documents.
   */
  expiresAt: Date;
}

const between = (least: number, most: number): z.ZodMiniOptional<z.ZodMiniNumber> =>
  z.optional(z.number().check(z.gte(least), z.lte(most)));

const voiceDetectionOptions = z.strictObject({
  endOfSpeechSensitivity: between(0, 1),
  silenceBeforeSkipTurnSeconds: between(0, 900),
  silenceBeforeSessionEndSeconds: between(0, 7200),
  silenceBeforeAutoEndTurnSeconds: between(0.5, 10),
  speechEnhancementLevel: between(0, 1),
});

const voiceGenerationOptions = z.union([
  z.strictObject({ stability: between(0, 1), similarityBoost: between(0, 1), speed: between(0.7, 1.2) }),
  z.strictObject({
    stability: between(0, 1),
    similarityBoost: between(0, 1),
    style: between(0, 1),
    useSpeakerBoost: z.optional(z.boolean()),
    speed: between(0.7, 1.2),
    model: z.optional(z.string()),
  }),
  z.strictObject({
    volume: between(0.5, 2),
    speed: between(0.6, 1.5),
    emotion: z.optional(z.enum(['neutral', 'calm', 'angry', 'content', 'sad', 'scared'])),
  }),
  z.strictObject({ volume: between(0.5, 2), speed: between(0.5, 2) }),
]);

const ephemeralPersona = z.strictObject({
  personaId: z.optional(z.undefined()),
  name: z.optional(z.string()),
  avatarId: z.optional(z.string()),
  avatarModel: z.optional(z.enum(['cara-2', 'cara-3', 'cara-4-latest'])),
  voiceId: z.optional(z.string()),
  llmId: z.optional(z.string()),
  systemPrompt: z.optional(z.string()),
  maxSessionLengthSeconds: z.optional(z.number()),
  skipGreeting: z.optional(z.boolean()),
  uninterruptibleGreeting: z.optional(z.boolean()),
  initialMessage: z.optional(z.nullable(z.string())),
  voiceDetectionOptions: z.optional(voiceDetectionOptions),
  languageCode: z.optional(z.string()),
  voiceGenerationOptions: z.optional(voiceGenerationOptions),
});

const statefulPersona = z.strictObject({ personaId: z.string().check(z.minLength(1)) });

const createRequest = requestCheck<CreateSessionTokenInput>()(
  z.strictObject({
    clientLabel: z.optional(z.string()),
    personaConfig: z.union([ephemeralPersona, statefulPersona]),
    sessionOptions: z.optional(
      z.strictObject({
        sessionReplay: z.optional(z.strictObject({ enableSessionReplay: z.optional(z.boolean()) })),
        videoQuality: z.optional(z.enum(['high', 'auto'])),
      }),
    ),
  }),
);

const createAnswer = answerCheck<SessionTokenAnswer>()(
  answerObject({ sessionToken: z.string().check(z.minLength(1)) }),
);

/** POST /v1/auth/session-token */
export const createSessionToken: Operation<CreateSessionTokenInput, SessionTokenAnswer, SessionToken> =
  defineOperation({
    id: 'sessionTokens.create',
    method: 'POST',
    path: '/v1/auth/session-token',
    credential: 'api_key',
    sends: 'json',
    repeat: 'safe',
    documentation: 'https://api.anam.ai/swagger.json, POST /v1/auth/session-token',
    request: createRequest,
    answer: createAnswer,
    result: (answer: SessionTokenAnswer, context: AnswerContext) => ({
      ...answer,
      expiresAt: expiryOf(answer.sessionToken, context),
    }),
  });

/** Tokens with which a browser starts a session. */
export class SessionTokens {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /**
   * Mints the token of one session. It starts nothing and costs nothing until a browser uses it.
   *
   * @throws InvalidRequestError for a field that breaks a rule (nothing is sent), or Anam's 400
   * @throws QuotaError when sessions, spend or usage are at their limit
   * @throws AvatarError for everything else that may fail
   * @see https://anam.ai/docs (create session token, POST /v1/auth/session-token)
   */
  create(input: CreateSessionTokenInput, options?: CallOptions): Promise<SessionToken> {
    return this.#caller.call(createSessionToken, input, options);
  }
}
