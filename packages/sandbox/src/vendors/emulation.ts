import type { Violation } from '../contracts/check.ts';
import type { Operations, Vendor } from '../vendor.ts';
import type { Answer } from '../wire/answer.ts';
import type { RealtimeRequest, UpgradeDecision } from '../wire/upgrade.ts';

/** The refusal that a waiting disturbance brings, marked as such for the journal. */
export const disturbed = (kind: 'capacity' | 'badToken', answer: Answer): Answer => ({
  ...answer,
  note: `disturbance: ${kind}`,
});

/** What proved the caller: the contract's name of the scheme, and the key or token itself. */
export interface Credential {
  readonly scheme: string;
  readonly value: string;
}

/** A request that has passed the vendor's contract. */
export interface Call {
  /** Absent only where the contract asks for none. */
  readonly credential: Credential | undefined;
  /** The contract's default when an optional body was absent, `{}` where there is none. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, string>>;
  readonly path: Readonly<Record<string, string>>;
  /** The vendor's address as the caller reached it: `http://127.0.0.1:4010/liveavatar`. */
  readonly baseUrl: string;
}

export type Handler = (call: Call) => Answer;

/** How a vendor words the refusals that no operation of its own makes. */
export interface Dialect {
  /** A missing, empty or reserved key, or the wrong header for it. */
  unauthorized(operation: string, credential: Credential | undefined): Answer;
  /** The request breaks the contract. */
  invalid(violations: readonly Violation[]): Answer;
  /** No such path (404), or not with this method (405). */
  noRoute(status: 404 | 405): Answer;
  /** Any failure of an operation, from 400 on. */
  problem(operation: string, status: number): Answer;
}

/** What one vendor does, as the sandbox emulates it. */
export interface VendorEmulation<V extends Vendor> {
  readonly handlers: Readonly<Record<Operations[V], Handler>>;
  readonly dialect: Dialect;
  /** Whether this is the right kind of key or token for the operation; any that is not reserved is a good one. */
  accepts(operation: string, credential: Credential): boolean;
  /** Whether browsers may send credentials, which forbids the origin `*`. */
  readonly browserCredentials: boolean;
  /** Answers a GET that belongs to no operation of the vendor's, but to the realtime half; undefined for all others. */
  readonly realtimeGet?: (request: RealtimeRequest) => Promise<Answer | undefined>;
  /** Opens a WebSocket, or refuses one. */
  connect(request: RealtimeRequest): UpgradeDecision | Promise<UpgradeDecision>;
  /** Forgets every token and session. */
  reset(): void;
}
