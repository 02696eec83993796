export * from '@org/core/client';
export { LiveAvatar, type LiveAvatarOptions } from './liveavatar.ts';
export type { OpenOptions } from './open-options.ts';
export type { OpenSession } from './open-session.ts';
export type {
  KeepAliveInput,
  StartSessionAnswer,
  StartSessionInput,
  StopReason,
  StopSessionInput,
} from './session-lifecycle.ts';
export { isSessionOver } from './session-over.ts';
export type {
  GetSessionInput,
  GetTranscriptInput,
  ListSessionsInput,
  SessionPage,
  SessionRecord,
  Transcript,
  TranscriptEntry,
} from './session-records.ts';
export type {
  AgoraConfig,
  AvatarPersona,
  CartesiaAgentConfig,
  CreateTokenAnswer,
  CreateTokenInput,
  DynamicVariables,
  ElevenLabsAgentConfig,
  ElevenLabsVoiceSettings,
  FishVoiceSettings,
  FullSession,
  GeminiRealtimeConfig,
  LiteSession,
  LivekitConfig,
  OpenAiRealtimeConfig,
  VideoSettings,
} from './session-token.ts';
export type { Sessions } from './sessions.ts';
