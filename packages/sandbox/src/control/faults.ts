import type { Operations, Vendor } from '../vendor.ts';
import { checkedFault, checkTarget } from './fault-check.ts';

interface Repeat {
  /** How many calls it strikes; 1 by default, `Infinity` for all. */
  readonly times?: number | undefined;
  /** How many calls it lets pass first; 0 by default. */
  readonly after?: number | undefined;
}

export interface StatusFault extends Repeat {
  /** What is answered in the operation's place: a whole number from 200 to 599. */
  readonly status: number;
  /**
   * A string is sent as text; anything else as JSON; by default the vendor's own words
   * for that status and operation, and nothing below 400.
   */
  readonly body?: unknown;
  /**
   * By default the vendor's own for that status, such as `Retry-After` where the vendor documents it;
   * `{}` leaves them out.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}
export interface DelayFault extends Repeat {
  /** How long the operation waits before it runs, in milliseconds of real time: a whole number, at most 600,000. */
  readonly delayMs: number;
}
export interface ResetFault extends Repeat {
  /** Where the connection breaks, once the operation has run: before its answer, or halfway through the answer's body. */
  readonly reset: 'before-answer' | 'mid-body';
}
export interface TruncateFault extends Repeat {
  /** The operation runs, and half of its answer is sent as if it were whole. */
  readonly truncate: true;
}
export interface StallFault extends Repeat {
  /** What never comes, once the operation has run: the answer's headers, or the second half of its body. */
  readonly stall: 'headers' | 'body';
}
export interface ContentTypeFault extends Repeat {
  /** What the operation's own answer is sent as, in printable ASCII, such as `text/html`. */
  readonly contentType: string;
}
export interface OversizedFault extends Repeat {
  /** How large blanks make the operation's answer, in bytes: a whole number from 1 to 1,073,741,824. */
  readonly oversized: number;
}
export interface RedirectFault extends Repeat {
  /** The absolute URL that 307 is answered with; the operation does not run. */
  readonly redirect: string;
}

/** What can be made to go wrong with one operation; a field that is `undefined` is absent. */
export type Fault =
  | StatusFault
  | DelayFault
  | ResetFault
  | TruncateFault
  | StallFault
  | ContentTypeFault
  | OversizedFault
  | RedirectFault;

/** A fault that lies in wait. */
export interface FaultHandle {
  readonly id: string;
  /** Takes it away; true when it was still waiting. */
  cancel(): boolean;
}

interface Armed {
  readonly id: string;
  readonly target: string;
  readonly fault: Fault;
  pass: number;
  left: number;
}

/** The faults in wait, struck in the order in which they were set. */
export class Faults {
  #armed: Armed[] = [];
  #count = 0;

  add<V extends Vendor>(vendor: V, operation: Operations[V], given: Fault): FaultHandle {
    checkTarget(vendor, operation);
    const fault = checkedFault(given);
    this.#count += 1;
    const id = `fault-${this.#count}`;
    const { times = 1, after = 0 } = fault;
    this.#armed.push({ id, target: `${vendor} ${operation}`, fault, pass: after, left: times });
    return { id, cancel: () => this.cancel(id) };
  }

  cancel(id: string): boolean {
    const before = this.#armed.length;
    this.#armed = this.#armed.filter((armed) => armed.id !== id);
    return this.#armed.length < before;
  }

  clear(): void {
    this.#armed = [];
  }

  /** The fault that strikes this call, if one does; every fault still holding back lets one call pass. */
  strike(vendor: Vendor, operation: string): Fault | undefined {
    const mine = this.#armed.filter((armed) => armed.target === `${vendor} ${operation}`);
    const struck = mine.find((armed) => armed.pass === 0);
    for (const armed of mine) if (armed.pass > 0) armed.pass -= 1;
    if (!struck) return undefined;
    struck.left -= 1;
    if (struck.left === 0) this.cancel(struck.id);
    return struck.fault;
  }
}
