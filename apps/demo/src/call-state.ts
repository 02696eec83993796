import type { Grant, VendorName } from './grant.ts';
import type { Told } from './problem.ts';
import type { SimliTransport } from './vendors/simli.ts';
import type { AvatarSession } from './vendors/vendor.ts';
import type { Verdict } from './watchdog.ts';

export const DISPLAY_NAMES: Readonly<Record<VendorName, string>> = {
  simli: 'Simli',
  anam: 'Anam',
  liveavatar: 'LiveAvatar',
};

export type Phase = 'idle' | 'preparing' | 'microphone' | 'granting' | 'connecting' | 'live' | 'ending';

export interface Choice {
  readonly preset: string;
  readonly vendor: VendorName;
  readonly transport: SimliTransport;
  readonly microphone: boolean;
}

/** All that can be seen of a call. */
export interface CallState {
  readonly phase: Phase;
  readonly verdict: Verdict;
  readonly speaking: boolean;
  readonly caption: string;
  /** The browser wants a click before it plays. */
  readonly blocked: boolean;
  readonly microphone: 'none' | 'on' | 'off';
  /** The token server knows nothing of the session any more. */
  readonly forgotten: boolean;
  /** Whether the server can stop the session by now, as it last said. */
  readonly canStop?: boolean | undefined;
  readonly grant?: Grant | undefined;
  readonly session?: AvatarSession | undefined;
  /** What the vendor calls the session, where the grant does not say. */
  readonly vendorSessionId?: string | undefined;
  /** When the session's time is over, by `performance.now()`. */
  readonly endsAt?: number | undefined;
  readonly firstFrameMs?: number | undefined;
  readonly problem?: Told | undefined;
}

export const IDLE: CallState = {
  phase: 'idle',
  verdict: 'waiting',
  speaking: false,
  caption: '',
  blocked: false,
  microphone: 'none',
  forgotten: false,
};
