import type { UpgradeDecision } from '../wire/upgrade.ts';
import { NoWebRtcError } from './wrtc.ts';

/** What to do without a WebRTC stack: the sentence that says so goes to the journal, and to the client by `tell`. */
export function withoutWebRtc(error: unknown, tell: (sentence: string) => UpgradeDecision): UpgradeDecision {
  if (!(error instanceof NoWebRtcError)) throw error;
  return { ...tell(error.message), note: error.message };
}
