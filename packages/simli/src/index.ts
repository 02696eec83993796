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
export type {
  Compose,
  CreateTokenInput,
  CreateTokenAnswer,
  IceServer,
  ListIceServersInput,
} from './compose.ts';
export type { Livekit, StartAgentsSessionInput, StartAgentsSessionAnswer } from './livekit.ts';
export { Simli, type SimliOptions } from './simli.ts';
