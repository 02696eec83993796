import type { Settings } from './options.ts';
import type { Reporter } from './reporter.ts';
import type { Transport } from './transport/transport.ts';
import type { Vendor } from './vendor.ts';

/** Time and chance, so that a test can hold them. */
export interface Runtime {
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
  /** A number from 0 to 1, 1 excluded. */
  readonly random: () => number;
}

/** What all calls of one client share. */
export interface Shared {
  readonly vendor: Vendor;
  readonly settings: Settings;
  readonly transport: Transport;
  readonly runtime: Runtime;
  readonly reporter: Reporter;
  readonly userAgent: string;
}
