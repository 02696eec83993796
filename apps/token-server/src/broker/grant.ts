import type { Caps } from '../config/preset-rules.ts';
import type { VendorName } from '../config/vendor-names.ts';
import type { Capabilities, Minted } from '../vendors/vendor.ts';

/** What a caller gets: one session, and all that its browser needs to begin it. */
export interface Grant extends Minted {
  /** Ours, random: it says nothing about the session and cannot be guessed. */
  readonly id: string;
  readonly vendor: VendorName;
  readonly preset: string;
  /** What the session may use up. */
  readonly limits: Caps;
  readonly capabilities: Capabilities;
}

/** The part of a preset that callers may see. */
export interface PublicPreset {
  readonly name: string;
  readonly vendor: VendorName;
  readonly description?: string;
  readonly limits: Caps;
}
