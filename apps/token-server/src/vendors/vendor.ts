import type { CallOptions } from '@org/core';
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
  /** The vendor's name for the session, where it is known this early: by it a backend can end it. */
  readonly vendorSessionId?: string;
}

/** How long a vendor may take, and whether somebody may cut it short. */
export type Within = Pick<CallOptions, 'deadlineMs' | 'signal'>;

/** What runs at a vendor, by its own list. */
export interface ActiveSessions {
  /** The vendor's names for the sessions. */
  readonly ids: readonly string[];
  /** `false` when there are, or may be, more than were read. */
  readonly whole: boolean;
}

/** One vendor, as the broker sees it. Everything it rejects with is an `AvatarError`. */
export interface Vendor {
  readonly name: VendorName;
  readonly capabilities: Capabilities;
  /** Mints a token. Nothing is billed until a browser uses it, or `start`. */
  mint(order: { readonly request: object }, within: Within): Promise<Minted>;
  /** Starts the session of a token, from where it is billed: what a browser needs to join. */
  start?(minted: Minted, within: Within): Promise<Minted['connect']>;
  /** Ends a session; that none of that id runs is no failure. */
  stop?(vendorSessionId: string, why: StopWhy): Promise<Stopped>;
  /**
   * Whether the vendor has a session of that id on record, where its ids are known from pages alone. What such a vendor
   * has stopped need not be the session that was granted, so it frees nothing.
   */
  confirm?(vendorSessionId: string): Promise<boolean>;
  /** Keeps a session from ending for inactivity; `false` when there is no such session any more. */
  keepAlive?(vendorSessionId: string): Promise<boolean>;
  /** What runs at the vendor, whoever started it. */
  listActive?(): Promise<ActiveSessions>;
  /** Whether a session runs, by the vendor's own record of it: a second word beside its list. */
  runs?(vendorSessionId: string): Promise<boolean>;
  /** Lets the calls under way end, then closes the connections. */
  close(): Promise<void>;
}

/** The vendors that are open for business. */
export type Vendors = Readonly<Partial<Record<VendorName, Vendor>>>;

/**
 * What came of stopping a session: the vendor has ended it, or has it on record as over; or it knows none of that id
 * that runs, and then the session's token may still begin it; or it has not ended it, and has it on record without an
 * end, so that it runs, or never began.
 */
export type Stopped = 'over' | 'none_runs' | 'unended';

/** Why a session is stopped, as far as a vendor cares. */
export type StopWhy = 'asked' | 'silent' | 'failed' | 'unknown';
