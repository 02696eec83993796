import { eventOf, refusalOf } from './call-refusal.ts';
import type { Operation } from './operation.ts';
import {
  resolveSettings,
  type CallOptions,
  type ClientOptions,
  type Refuse,
  type Settings,
} from './options.ts';
import { Reporter, type Observer } from './reporter.ts';
import { RunningCall } from './running-call.ts';
import type { Runtime, Shared } from './shared.ts';
import type { Transport } from './transport/transport.ts';
import type { Vendor } from './vendor.ts';
import { unref } from './wait.ts';

/** What a vendor's client is built on: runs operations. */
export interface Caller {
  /**
   * Runs one operation to its end. Rejects with an {@link AvatarError} and nothing else. What is sent is the input as it
   * was when this was called.
   */
  call<Input, Answer, Result = Answer>(
    operation: Operation<Input, Answer, Result>,
    input: Input,
    options?: CallOptions,
  ): Promise<Result>;
  /**
   * As `call`, but waits for its turn first, within the limits of the call; nothing is sent where the turn, which must
   * not reject, comes to `false`.
   */
  callInTurn<Input>(
    turn: Promise<boolean>,
    operation: Operation<Input, undefined>,
    input: Input,
    options?: CallOptions,
  ): Promise<void>;
  /**
   * Runs a task of several calls as one call under way, so that `close` waits for its end. The `call` that it is given
   * may still be used when the client is closed meanwhile, so that the task can clean up. Refused once closed. Whatever
   * is refused, also by the task with the `refuse` that it is given, names the method and is told to hooks and log.
   *
   * @param method what the task is to whoever asked for it, such as `sessions.open`
   */
  hold<Result>(
    method: { readonly id: string },
    task: (call: Caller['call'], refuse: Refuse) => Promise<Result>,
  ): Promise<Result>;
  /**
   * Runs a task after a while; at once when the client is closed before, which waits for it. Keeps no process alive.
   * Of its failure only hooks and log hear.
   */
  later(delayMs: number, task: (call: Caller['call']) => Promise<unknown>): void;
  /**
   * Opens a connection ahead of the first call, so that it does not pay for DNS and TLS; sends nothing. Whether one
   * now waits: `false` where the runtime has no such thing, or where opening it failed, which the first call will tell.
   */
  warmUp(): Promise<boolean>;
  /** Lets the calls under way end, then closes the connections. Calls made afterwards are refused. */
  close(): Promise<void>;
  /** Whether `close` was called. */
  readonly closed: boolean;
}

const REAL: Runtime = { now: () => performance.now(), random: () => Math.random() };

/** Makes `createCaller` for a way of opening transports, and of being watched; each door of the package has its own. */
export function callerOver(
  open: (settings: Settings) => Transport,
  observer?: Observer,
): (vendor: Vendor, options?: ClientOptions, runtime?: Runtime) => Caller {
  return (vendor, options = {}, runtime = REAL) => {
    const settings = resolveSettings(vendor, options);
    return new VendorCaller({
      vendor,
      settings,
      transport: open(settings),
      runtime,
      reporter: new Reporter(settings, observer),
      userAgent: `${vendor.name}-server-client`,
    });
  };
}

const CLOSED = ['client', 'was closed and takes no more calls'] as const;

class VendorCaller implements Caller {
  readonly #shared: Shared;
  readonly #postponed = new Set<() => void>();
  #underWay = 0;
  #whenIdle: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  call<Input, Answer, Result = Answer>(
    operation: Operation<Input, Answer, Result>,
    input: Input,
    options?: CallOptions,
  ): Promise<Result> {
    return this.hold(operation, (call) => call(operation, input, options));
  }

  callInTurn<Input>(
    turn: Promise<boolean>,
    operation: Operation<Input, undefined>,
    input: Input,
    options?: CallOptions,
  ): Promise<void> {
    return this.hold(operation, () =>
      new RunningCall(this.#shared, operation, input, options).runInTurn(turn),
    );
  }

  async hold<Result>(
    method: { readonly id: string },
    task: (call: Caller['call'], refuse: Refuse) => Promise<Result>,
  ): Promise<Result> {
    const refuse: Refuse = (option, rule) =>
      refusalOf(this.#shared, eventOf(this.#shared.vendor, method))(option, rule);
    if (this.closed) throw refuse(...CLOSED);
    return this.#count(() => task(this.#run, refuse));
  }

  later(delayMs: number, task: (call: Caller['call']) => Promise<unknown>): void {
    const run = (): void => {
      clearTimeout(timer);
      this.#postponed.delete(run);
      this.#count(() => task(this.#run)).catch(() => undefined);
    };
    const timer = setTimeout(run, delayMs);
    unref(timer);
    this.#postponed.add(run);
    if (this.closed) run();
  }

  async warmUp(): Promise<boolean> {
    return !this.closed && this.#shared.transport.warmUp();
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  close(): Promise<void> {
    for (const run of this.#postponed) run();
    this.#closing ??= this.#idle().then(() => this.#shared.transport.close());
    return this.#closing;
  }

  // Async, so that a bad option rejects as everything else does.
  readonly #run: Caller['call'] = async (operation, input, options) =>
    new RunningCall(this.#shared, operation, input, options).run();

  /** Counts a task as under way until its end. */
  async #count<Result>(task: () => Promise<Result>): Promise<Result> {
    this.#underWay++;
    try {
      return await task();
    } finally {
      this.#underWay--;
      if (this.#underWay === 0) this.#whenIdle?.();
    }
  }

  #idle(): Promise<void> {
    if (this.#underWay === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
    });
  }
}
