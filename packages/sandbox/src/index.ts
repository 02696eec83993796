export type { Disturbance, DisturbanceKind, DisturbanceTarget } from './control/disturbances.ts';
export type { Clock } from './control/clock.ts';
export { createClock } from './control/clock.ts';
export type {
  ContentTypeFault,
  DelayFault,
  Fault,
  FaultHandle,
  OversizedFault,
  RedirectFault,
  ResetFault,
  StallFault,
  StatusFault,
  TruncateFault,
} from './control/faults.ts';
export type { Journal, JournalEntry } from './control/journal.ts';
export type { RealtimeSession } from './control/realtime.ts';
export { PortTakenError } from './http/server.ts';
export type { Pixels } from './media/frame-number.ts';
export { mouthOpenness, readFrameNumber } from './media/frame-number.ts';
export { reserved } from './reserved.ts';
export type { Sandbox, SandboxOptions, SimliEndpoint, VendorEndpoint } from './sandbox.ts';
export { createSandbox } from './sandbox.ts';
export type { Operations, Vendor } from './vendor.ts';
export type { AnamOptions } from './vendors/anam/anam.ts';
export type { LiveAvatarOptions } from './vendors/liveavatar/sessions.ts';
export type { ReservedValue } from './vendors/reserved-value.ts';
export type { SimliSession } from './vendors/simli/sessions.ts';
