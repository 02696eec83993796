import type { Preset } from '../config/presets.ts';
import type { VendorName } from '../config/vendor-names.ts';

/** What a backend can do to a session that it granted. The truth about the vendor, not a wish. */
export interface Capabilities {
  /** End it, and with it the bill. */
  readonly stop: boolean;
  /** Keep it from ending for inactivity. */
  readonly keepAlive: boolean;
}

/** What a browser needs to begin one session. */
export interface Minted {
  /** The vendor's token: the whole credential of the session. */
  readonly token: string;
  /** When the token stops being good; absent where the vendor does not say. */
  readonly expiresAt?: Date;
  /** What the vendor's browser SDK needs beside the token. */
  readonly connect: Readonly<Record<string, unknown>>;
}

/** One vendor, as the broker sees it. Everything it rejects with is an `AvatarError`. */
export interface Vendor {
  readonly name: VendorName;
  readonly capabilities: Capabilities;
  /** Mints a token for a preset of this vendor. Nothing is billed until a browser uses it. */
  mint(preset: Preset, signal: AbortSignal): Promise<Minted>;
  /** Lets the calls under way end, then closes the connections. */
  close(): Promise<void>;
}
