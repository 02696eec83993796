export * from '@org/core/client';
export type {
  Compose,
  CreateTokenInput,
  CreateTokenAnswer,
  IceServer,
  ListIceServersInput,
} from './compose.ts';
export type { Livekit, StartAgentsSessionInput, StartAgentsSessionAnswer } from './livekit.ts';
export { Simli, type SimliOptions } from './simli.ts';
