import { RESPONSE_BODY_MAX_BYTES } from '../constants.ts';
import type { Phase } from '../errors.ts';

/** A header as it is sent. */
export type Header = readonly [name: string, value: string];

/** A request as it goes on the wire. */
export interface WireRequest {
  readonly method: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** An answer as it came off the wire. */
export interface WireAnswer {
  readonly status: number;
  /** One header by its lower-case name; several of one name as a list joined by `, `. */
  readonly header: (name: string) => string | undefined;
  readonly text: string;
  /** Why `text` is not the whole body as it was meant, where it is not: `a body that broke off`. */
  readonly flaw?: string | undefined;
}

/** Why an exchange gave no answer. */
export interface WireFailure {
  readonly kind: 'connection' | 'too_large' | 'dispatcher';
  readonly phase: Phase;
  /** `cured`: a repeat may help, as nothing was sent. `perhaps`: the vendor may have acted. `pointless`: never. */
  readonly repeat: 'cured' | 'perhaps' | 'pointless';
  readonly message: string;
  readonly cause?: unknown;
}

/**
 * Who waits for an exchange. Exactly one of the two is called, once, unless the exchange is cancelled first. A status
 * that is no success is an answer whatever becomes of its body: what to do next is in the status and the headers.
 */
export interface Receiver {
  readonly answered: (answer: WireAnswer) => void;
  readonly failed: (failure: WireFailure) => void;
}

/** One exchange under way. */
export interface Exchange {
  /** Where it stands. */
  readonly phase: Phase;
  /** The answer as far as it has come, once its status is known and no success. */
  refusal(): WireAnswer | undefined;
  /** Ends it and frees its connection; the receiver hears nothing more. */
  cancel(): void;
}

/** What is said of a body whose end is missing. */
export const BROKEN_OFF = 'a body that broke off';

/** What either transport says of a body that is over the limit. */
export const TOO_LARGE: string = `larger than ${RESPONSE_BODY_MAX_BYTES} bytes`;

/** A body over the limit, of an answer that is no refusal. */
export function tooLarge(): WireFailure {
  return { kind: 'too_large', phase: 'body', repeat: 'pointless', message: `the answer is ${TOO_LARGE}` };
}

/** Whether a status says something else than success. */
export function refuses(status: number): boolean {
  return status < 200 || status >= 300;
}

/**
 * How requests reach the vendor. Callbacks and not promises: an exchange then costs no object that it does not need,
 * and a cancelled one leaves nothing to be caught.
 */
export interface Transport {
  start(request: WireRequest, receiver: Receiver): Exchange;
  /** Opens a connection ahead of the first request; whether one now waits for it. Never rejects. */
  warmUp(): Promise<boolean>;
  /** Closes what the transport opened, after the exchanges under way. */
  close(): Promise<void>;
}
