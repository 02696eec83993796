import type { Caps } from '../config/preset-rules.ts';
import type { VendorName } from '../config/vendor-names.ts';
import type { Capabilities, Minted } from '../vendors/vendor.ts';

/** What the session may use up. */
export interface GrantLimits extends Caps {
  /** The longest that the page may be silent. */
  readonly heartbeatSeconds?: number;
}

/** What a caller gets: one session, and all that its browser needs to begin it. Its times are texts in ISO 8601. */
export interface Grant extends Pick<Minted, 'token' | 'connect'> {
  /** Ours, random: it says nothing about the session and cannot be guessed. */
  readonly id: string;
  readonly vendor: VendorName;
  readonly preset: string;
  /** Until when the session must have begun; absent for one that the server has started. */
  readonly redeemBy?: string;
  /** When the vendor's token stops being good; absent where the vendor does not say. */
  readonly expiresAt?: string;
  readonly limits: GrantLimits;
  readonly capabilities: Capabilities;
  /** Ends this session and nothing else: for a page that goes away and can send no header any more. */
  readonly endToken: string;
}

/** The part of a preset that callers may see. */
export interface PublicPreset {
  readonly name: string;
  readonly vendor: VendorName;
  readonly description?: string;
  readonly limits: GrantLimits;
}

/** The part of a session that its caller may see. */
export interface PublicSession {
  readonly id: string;
  readonly preset: string;
  readonly vendor: string;
  readonly status: string;
  readonly createdAt: Date;
  /** When it no longer counts, whatever happens. */
  readonly expiresAt: Date;
  /** Whether ending it stops it at the vendor as well. */
  readonly canStop: boolean;
  readonly endReason?: string;
  readonly usedSeconds?: number;
}
