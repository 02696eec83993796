import type { Dispatcher } from 'undici';
import {
  CONNECT_TIMEOUT_MS,
  KEEP_ALIVE_MAX_MS,
  KEEP_ALIVE_MS,
  POOL_CONNECTIONS,
  RESPONSE_BODY_MAX_BYTES,
} from '../constants.ts';
import type { Phase } from '../errors.ts';
import type { DispatcherLike } from '../options.ts';
import { connectionFailure } from './connection-failure.ts';
import {
  BROKEN_OFF,
  refuses,
  TOO_LARGE,
  tooLarge,
  type Exchange,
  type Receiver,
  type Transport,
  type WireAnswer,
  type WireRequest,
} from './transport.ts';
import { WarmConnector } from './warm-connector.ts';

/**
 * A transport straight on undici's `dispatch`. undici is loaded at the first call, so that importing a client stays
 * cheap and a process that never calls never pays.
 *
 * @param origin the only one that requests go to
 * @param dispatcher the caller's own; else a pool of this client's
 */
export function undiciTransport(origin: string, dispatcher?: DispatcherLike): Transport {
  return new UndiciTransport(origin, dispatcher as Dispatcher | undefined);
}

class UndiciTransport implements Transport {
  readonly #origin: string;
  readonly #isOwn: boolean;
  #dispatcher: Dispatcher | undefined;
  #loading: Promise<Dispatcher> | undefined;
  #connector: WarmConnector | undefined;

  constructor(origin: string, dispatcher: Dispatcher | undefined) {
    this.#origin = origin;
    this.#isOwn = dispatcher === undefined;
    this.#dispatcher = dispatcher;
  }

  start(request: WireRequest, receiver: Receiver): Exchange {
    const exchange = new DispatchExchange(receiver);
    if (this.#dispatcher !== undefined) {
      exchange.begin(this.#dispatcher, request);
    } else {
      this.#load().then(
        (dispatcher) => {
          exchange.begin(dispatcher, request);
        },
        (error: unknown) => {
          exchange.onResponseError(undefined, error);
        },
      );
    }
    return exchange;
  }

  async warmUp(): Promise<boolean> {
    if (!this.#isOwn) return false;
    try {
      await this.#load();
    } catch {
      return false;
    }
    return (await this.#connector?.warmUp(this.#origin)) ?? false;
  }

  async close(): Promise<void> {
    if (!this.#isOwn) return;
    // Nothing was opened where it could not be loaded.
    const dispatcher = this.#dispatcher ?? (await this.#loading?.catch(() => undefined));
    this.#connector?.close();
    // Nothing is under way any more, but what was cancelled, which may wait for its connection still.
    await dispatcher?.destroy();
  }

  /** What keeps it from being loaded may pass, such as too many open files. */
  #load(): Promise<Dispatcher> {
    this.#loading ??= this.#open().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  async #open(): Promise<Dispatcher> {
    const { buildConnector, Pool } = await import('undici');
    this.#connector = new WarmConnector(buildConnector({ allowH2: false, timeout: CONNECT_TIMEOUT_MS }));
    this.#dispatcher = new Pool(this.#origin, {
      connections: POOL_CONNECTIONS,
      pipelining: 1,
      allowH2: false,
      connect: this.#connector.connect,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MAX_MS,
      // The attempt has one timer for all of it; two more would only cost.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    return this.#dispatcher;
  }
}

// As fetch decodes a body: a byte order mark at its beginning is no part of the text.
const UTF_8 = new TextDecoder();

const IDENTITY = 'identity';

// Nothing here decodes a body, and to a request that does not say so any encoding may be answered.
const AS_IT_IS = { 'accept-encoding': IDENTITY };

const TOO_OLD = 'must be a Dispatcher of undici 7 or 8: this one speaks to its handlers as undici 6 does';

type Controller = Parameters<NonNullable<Dispatcher.DispatchHandler['onRequestStart']>>[0];
type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

/** One exchange, and the handler that undici calls for it: one object serves as both. */
class DispatchExchange implements Exchange, Dispatcher.DispatchHandler {
  phase: Phase = 'connect';
  readonly #receiver: Receiver;
  #controller: Controller | undefined;
  #over = false;
  #status = 0;
  #headers: Headers = {};
  #bytes = 0;
  readonly #chunks: Buffer[] = [];

  constructor(receiver: Receiver) {
    this.#receiver = receiver;
  }

  begin(dispatcher: Dispatcher, request: WireRequest): void {
    if (this.#over) return;
    const { method, origin, path, headers, body } = request;
    try {
      dispatcher.dispatch(
        { method, origin, path, headers: { ...headers, ...AS_IT_IS }, body: body ?? null },
        this,
      );
    } catch (error) {
      this.onResponseError(undefined, error);
    }
  }

  refusal(flaw = BROKEN_OFF): WireAnswer | undefined {
    return this.phase === 'body' && refuses(this.#status) ? { ...this.#answer(), flaw } : undefined;
  }

  cancel(): void {
    this.#over = true;
    this.#controller?.abort(new Error('the exchange was cancelled'));
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    // Cancelled while it waited for a connection: abort before the first byte is written.
    if (this.#over) controller.abort(new Error('the exchange was cancelled'));
    else this.phase = 'headers';
  }

  onResponseStart(_controller: Controller, status: number, headers: Headers): void {
    // 1xx announces an answer and is none.
    if (status < 200) return;
    this.phase = 'body';
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.#over) return;
    this.#bytes += chunk.byteLength;
    this.#chunks.push(chunk);
    if (this.#bytes <= RESPONSE_BODY_MAX_BYTES) return;
    this.#over = true;
    const refusal = this.refusal(`a body ${TOO_LARGE}`);
    if (refusal === undefined) this.#receiver.failed(tooLarge());
    else this.#receiver.answered(refusal);
    controller.abort(new Error('the answer is too large'));
  }

  onResponseEnd(): void {
    if (this.#over) return;
    this.#over = true;
    this.#receiver.answered(this.#answer());
  }

  onResponseError(_controller: Controller | undefined, error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    const refusal = this.refusal();
    if (refusal !== undefined) this.#receiver.answered(refusal);
    else this.#receiver.failed(connectionFailure(error, this.phase === 'headers' ? 'sent' : this.phase));
  }

  #answer(): WireAnswer {
    const [first] = this.#chunks;
    const whole = this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    const headers = this.#headers;
    const encoding = joined(headers['content-encoding']) ?? IDENTITY;
    return {
      status: this.#status,
      header: (name) => joined(headers[name]),
      text: UTF_8.decode(whole),
      flaw: encoding === IDENTITY ? undefined : `a body in the encoding ${encoding}`,
    };
  }

  // What undici 6 knows of a handler, which 7 and 8 leave alone where the above is there. It calls onConnect before
  // anything is sent, or onError; the others it only wants to find.
  onConnect(abort: (reason: Error) => void): void {
    this.#refuse();
    abort(new Error(TOO_OLD));
  }

  onError(): void {
    this.#refuse();
  }

  onHeaders(): boolean {
    return this.#refuse();
  }

  onData(): boolean {
    return this.#refuse();
  }

  onComplete(): void {
    this.#refuse();
  }

  #refuse(): boolean {
    if (!this.#over) {
      this.#over = true;
      this.#receiver.failed({ kind: 'dispatcher', phase: 'connect', repeat: 'pointless', message: TOO_OLD });
    }
    return true;
  }
}

function joined(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
