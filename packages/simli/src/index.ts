export * from '@org/core/errors';
export { RetryBudget, Secret, type CallOptions, type Hooks, type Logger } from '@org/core';
export type {
  Compose,
  CreateTokenInput,
  CreateTokenAnswer,
  IceServer,
  ListIceServersInput,
} from './compose.ts';
export type { Livekit, StartAgentsSessionInput, StartAgentsSessionAnswer } from './livekit.ts';
export { Simli, type SimliOptions } from './simli.ts';
