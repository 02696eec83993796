export * from '@org/core/errors';
export { RetryBudget, Secret, type CallOptions, type Hooks, type Logger } from '@org/core';
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
