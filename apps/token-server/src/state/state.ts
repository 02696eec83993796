/**
 * What the server remembers, behind one interface. Each method is atomic: whoever else asks at the same time, in this
 * process or another, sees it done or not begun.
 *
 * Times are the store's own, in milliseconds since 1970, so that replicas whose clocks differ agree.
 *
 * @module
 */

/**
 * A bucket that holds `count`, and that runs from full to empty in `windowMs`, evenly. So `count` may come at once, and
 * from then on `count` in each window; the window that begins with the burst sees both, at most twice `count`.
 */
export interface Rate {
  readonly key: string;
  readonly count: number;
  readonly windowMs: number;
}

/** The rate that is used up, by its place in the list, and when one more fits. */
export interface RateRefusal {
  readonly index: number;
  readonly retryAfterMs: number;
}

/**
 * `pending`: promised to a caller, the vendor is still being asked. `live`: granted. `ending`: somebody is ending it,
 * and it counts until that is done. `ended`: over, and remembered for a while.
 */
export type SessionStatus = 'pending' | 'live' | 'ending' | 'ended';

/** A session before it is let in. */
export interface NewSession {
  readonly id: string;
  readonly caller: string;
  readonly tenant?: string | undefined;
  readonly preset: string;
  readonly vendor: string;
  /** How long it counts at most. */
  readonly leaseMs: number;
  /** How long it may stay `pending` before it is taken for lost. */
  readonly pendingMs: number;
  /** What it may use up, taken from the caller's day at once. */
  readonly reservedSeconds: number;
  /** Hash of the secret with which a page that cannot send headers ends it. */
  readonly endTokenHash: string;
  /** What its preset said when it was granted: it keeps that, whatever the preset says later. */
  readonly heartbeatSeconds?: number | undefined;
  readonly start?: boolean | undefined;
  readonly trustPages?: boolean | undefined;
}

/** What may change in a session while it lives. */
export interface SessionChanges {
  readonly status?: 'live';
  readonly vendorSessionId?: string;
  readonly keptAliveAt?: number;
  /** This is now: that it was first usable, or that somebody is there. */
  readonly stamp?: 'startedAt' | 'lastSeenAt';
  /** From now on it is due this long from now; never later than its lease lasts. */
  readonly dueInMs?: number;
}

/** A session as it is remembered. */
export interface SessionRecord extends Omit<NewSession, 'leaseMs' | 'pendingMs'> {
  readonly status: SessionStatus;
  readonly createdAt: number;
  /** When it stops counting, whatever happens. */
  readonly expiresAt: number;
  /** When somebody must look after it. */
  readonly dueAt: number;
  /** The day that its minutes were taken from, in days since 1970. */
  readonly day: number;
  readonly startedAt?: number;
  readonly lastSeenAt?: number;
  readonly keptAliveAt?: number;
  readonly vendorSessionId?: string;
  /** Nobody has its token, and nobody will. */
  readonly unread?: boolean;
  readonly endReason?: string;
  /** Since when it is `ending`. */
  readonly endingAt?: number;
  readonly endedAt?: number;
  readonly usedSeconds?: number;
}

/** What only whoever opened a session knows of it, and whoever ends it must know. */
export type Known = Pick<SessionRecord, 'startedAt' | 'unread'>;

/** The session as it is remembered first. */
export function pendingRecord({ leaseMs, pendingMs, ...session }: NewSession, now: number): SessionRecord {
  return {
    ...session,
    status: 'pending',
    createdAt: now,
    expiresAt: now + leaseMs,
    dueAt: now + Math.min(pendingMs, leaseMs),
    day: Math.floor(now / DAY_MS),
  };
}

/** How many may be open at once, and how much a caller may use up in a day; what is absent has no limit. */
export interface SessionLimits {
  readonly caller?: number | undefined;
  readonly preset?: number | undefined;
  readonly vendor?: number | undefined;
  readonly secondsPerDay?: number | undefined;
}

/** Which limit keeps a session out, and when it may fit; `undefined` where waiting is in vain. */
export interface SessionRefusal {
  readonly limit: 'caller' | 'preset' | 'vendor' | 'minutes';
  readonly retryAfterMs: number | undefined;
}

/** What is known of an intent that a caller gave a key. */
export type IntentClaim =
  | { readonly kind: 'yours' }
  | { readonly kind: 'running' }
  | { readonly kind: 'other' }
  | { readonly kind: 'done'; readonly sealed: string };

export interface State {
  /** Counts one against every rate, or none: then it says which is used up. */
  take(rates: readonly Rate[]): Promise<RateRefusal | undefined>;

  /** Lets a session in, if every limit allows it. From then on it goes by the id of the record, be that another one. */
  reserve(session: NewSession, limits: SessionLimits): Promise<SessionRecord | SessionRefusal>;
  find(id: string): Promise<SessionRecord | undefined>;
  /** The caller's sessions that count, oldest first. */
  list(caller: string): Promise<readonly SessionRecord[]>;
  /** Every session that counts for a vendor. */
  listVendor(vendor: string): Promise<readonly SessionRecord[]>;
  /** Sessions that nobody will look after once this process is gone. */
  own(): Promise<readonly SessionRecord[]>;
  /** Whether a session is one that only this process knows. */
  isOwn(id: string): boolean;
  /** Changes a session that is `pending` or `live`; `undefined` when it is neither. */
  change(id: string, changes: SessionChanges): Promise<SessionRecord | undefined>;
  /**
   * Notes what a session is called at its vendor. One that is `ending` is the asker's to stop, and due again after
   * `claimMs`; `undefined` when it is over.
   */
  nameAtVendor(id: string, vendorSessionId: string, claimMs: number): Promise<SessionRecord | undefined>;
  /** Ids of sessions that are due. */
  due(limit: number): Promise<readonly string[]>;
  /**
   * Makes a session `ending`, for one of those who ask: the others get `undefined`. The claim is good for `claimMs`;
   * then the session is due again, in case the one who claimed it is dead. `onlyIfDue` leaves one alone that is not.
   */
  claimEnding(
    id: string,
    claim: { readonly reason: string; readonly claimMs: number; readonly onlyIfDue?: boolean },
  ): Promise<SessionRecord | undefined>;
  /** An `ending` session is due again only then; never later than its lease lasts. With what whoever opened it knows. */
  postpone(id: string, byMs: number, known?: Known): Promise<void>;
  /**
   * Makes an `ending` session `ended`: it no longer counts, and gives back what it did not use. One who asks gets it, to
   * write its receipt, and it is due again after `claimMs` unless that is noted.
   */
  finishEnding(id: string, usedSeconds: number, claimMs: number): Promise<SessionRecord | undefined>;
  /** Gives one who asks an `ended` session that is due, as {@link State.finishEnding}: its receipt may not be written. */
  claimReceipt(id: string, claimMs: number): Promise<SessionRecord | undefined>;
  /** The receipt of an `ended` session is written: it is due no more. */
  noteReceipt(id: string): Promise<void>;

  /** Claims an intent for `holder`, or says what has become of it. An unfinished claim is forgotten after `claimMs`. */
  claimIntent(key: string, fingerprint: string, holder: string, claimMs: number): Promise<IntentClaim>;
  /** Keeps what came of it; `false` when the claim was lost. */
  completeIntent(key: string, holder: string, sealed: string, keepMs: number): Promise<boolean>;
  /**
   * Nothing came of it: the next may claim it. `true` when it was still the holder's and without an answer, so that
   * nobody has read one, and nobody will.
   */
  abandonIntent(key: string, holder: string): Promise<boolean>;

  /**
   * Whether the task is the asker's for this long. Of all that ask, one is told yes; one that has a name of its own is
   * told so again, in case it did not hear it.
   */
  claimTask(name: string, forMs: number, holder?: string): Promise<boolean>;

  /** The store's time; of the one that has this session, where there may be two. */
  now(id?: string): Promise<number>;
  /** Resolves once what should be shared can be used, or after `withinMs`; with whether it can. */
  connected(withinMs: number): Promise<boolean>;
  /** Whether what should be shared is shared. */
  health(): 'ok' | 'degraded' | 'down';
  close(): Promise<void>;
}

/** What is asked for is in a store that cannot be used now. */
export class StateUnavailable extends Error {
  override readonly name: string = 'StateUnavailable';
}

/** What is asked for is not here, and may be with another process that alone knows it. */
export class SessionElsewhere extends StateUnavailable {
  override readonly name = 'SessionElsewhere';
}

export const DAY_MS: number = 86_400_000;
