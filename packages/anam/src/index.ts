export * from '@org/core/client';
export { Anam, type AnamOptions } from './anam.ts';
export type {
  CartesiaSonic3VoiceGenerationOptions,
  CreateSessionTokenInput,
  ElevenLabsV1VoiceGenerationOptions,
  ElevenLabsV2VoiceGenerationOptions,
  EphemeralPersona,
  FishAudioVoiceGenerationOptions,
  SessionOptions,
  SessionToken,
  SessionTokens,
  StatefulPersona,
  VoiceDetectionOptions,
  VoiceGenerationOptions,
} from './session-tokens.ts';
export type { GetSessionInput, SessionRecord, Sessions, StopSessionInput } from './sessions.ts';
