export * from '@org/core/errors';
export {
  RetryBudget,
  Secret,
  type ApiKey,
  type BudgetExhaustedEvent,
  type CallEvent,
  type CallOptions,
  type DispatcherLike,
  type ErrorEvent,
  type FetchLike,
  type Hooks,
  type Logger,
  type LogLevel,
  type RequestEvent,
  type ResponseEvent,
  type RetryBudgetLike,
  type RetryEvent,
  type RetryPermit,
  type SchemaDriftEvent,
  type SecretLike,
  type SuccessEvent,
} from '@org/core';
export { LiveAvatar, type LiveAvatarOptions } from './liveavatar.ts';
export type { OpenOptions, OpenSession } from './open-session.ts';
export type {
  KeepAliveInput,
  StartSessionAnswer,
  StartSessionInput,
  StopReason,
  StopSessionInput,
} from './session-lifecycle.ts';
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
