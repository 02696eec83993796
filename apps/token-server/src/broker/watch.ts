import type { Preset } from '../config/presets.ts';
import type { SessionRecord } from '../state/state.ts';
import type { VendorCall } from './timed.ts';

/** What a session was, once it is over. Never a token. */
export interface Receipt {
  readonly session: string;
  readonly caller: string;
  readonly tenant?: string;
  readonly preset: string;
  readonly vendor: string;
  readonly vendor_session?: string;
  /** What it used of its caller's minutes. */
  readonly seconds: number;
  /** Why it ended. */
  readonly reason: string;
}

export type BreakerState = 'closed' | 'open' | 'trying';

/** What can fail with nobody waiting for it. */
export const FAILURES = [
  'stop',
  'undo',
  'end sessions',
  'keep alive',
  'confirm',
  'sweep',
  'reap',
  'list',
  'warm',
] as const;
export type Failure = (typeof FAILURES)[number];

/** Who is told what the broker does: logs and metrics. */
export interface Watch {
  /** From now on these are what can be granted. */
  offered(presets: readonly Preset[]): void;
  granted(session: { vendor: string; preset: string; caller: string; id: string; warm: boolean }): void;
  ended(receipt: Receipt): void;
  /** One call to a vendor is over. */
  called(vendor: string, call: VendorCall, seconds: number, ok: boolean): void;
  /** Something that nobody waits for has failed; it will be tried again. */
  failed(what: Failure, error: unknown, about: Readonly<Record<string, string>>): void;
  breaker(vendor: string, state: BreakerState): void;
  /** Sessions that run at a vendor, and that nobody here granted; `undefined` where that cannot be seen for now. */
  unknown(vendor: string, count: number | undefined, stopped: boolean): void;
}

export function receiptOf(record: SessionRecord): Receipt {
  const {
    id,
    caller,
    tenant,
    preset,
    vendor,
    vendorSessionId,
    usedSeconds = 0,
    endReason = 'unknown',
  } = record;
  return {
    session: id,
    caller,
    ...(tenant !== undefined && { tenant }),
    preset,
    vendor,
    ...(vendorSessionId !== undefined && { vendor_session: vendorSessionId }),
    seconds: usedSeconds,
    reason: endReason,
  };
}
