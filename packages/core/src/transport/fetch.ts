import { RESPONSE_BODY_MAX_BYTES } from '../constants.ts';
import type { Phase } from '../errors.ts';
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
  type WireFailure,
  type WireRequest,
} from './transport.ts';

/** The part of `fetch` that is used, so that any runtime's own and any mock fits. */
export type FetchLike = (
  url: string,
  init: {
    method: string;
    headers: Record<string, string>;
    body?: string;
    redirect: 'manual';
    signal: AbortSignal;
  },
) => Promise<FetchAnswer>;

/** The part of a `Response` that is used. */
export interface FetchAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: { getReader(): BodyReader } | null;
}

/** The part of a stream's reader that is used. */
export interface BodyReader {
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
  cancel(reason?: unknown): Promise<void>;
}

/** A transport over `fetch`: the runtime's own where no other is given. */
export function fetchTransport(fetch?: FetchLike): Transport {
  return {
    // Looked up at each call, so that a mock installed after the client was made is used.
    start: (request, receiver) => new FetchExchange(fetch ?? globalThis.fetch, request, receiver),
    // fetch opens connections as it sees fit.
    warmUp: () => Promise.resolve(false),
    close: () => Promise.resolve(),
  };
}

class FetchExchange implements Exchange {
  // fetch does not tell when the connection stands: until headers come, the request may have gone out.
  phase: Phase = 'headers';
  readonly #controller = new AbortController();
  #cancelled = false;
  #answer: FetchAnswer | undefined;
  #text = '';

  constructor(fetch: FetchLike, request: WireRequest, receiver: Receiver) {
    this.#run(fetch, request).then(
      (outcome) => {
        if (this.#cancelled) return;
        if ('status' in outcome) receiver.answered(outcome);
        else receiver.failed(outcome);
      },
      (error: unknown) => {
        if (this.#cancelled) return;
        const refusal = this.refusal();
        if (refusal !== undefined) receiver.answered(refusal);
        else receiver.failed(connectionFailure(error, this.phase === 'headers' ? undefined : this.phase));
      },
    );
  }

  refusal(flaw = BROKEN_OFF): WireAnswer | undefined {
    return this.#answer !== undefined && refuses(this.#answer.status)
      ? { ...this.#wireAnswer(this.#answer), flaw }
      : undefined;
  }

  cancel(): void {
    this.#cancelled = true;
    this.#controller.abort();
  }

  async #run(fetch: FetchLike, request: WireRequest): Promise<WireAnswer | WireFailure> {
    const { method, origin, path, headers, body } = request;
    const answer = await fetch(origin + path, {
      method,
      headers: { ...headers },
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
      signal: this.#controller.signal,
    });
    this.phase = 'body';
    this.#answer = answer;
    if (await this.#readBody(answer.body?.getReader())) return this.#wireAnswer(answer);
    this.#controller.abort();
    return this.refusal(`a body ${TOO_LARGE}`) ?? tooLarge();
  }

  /** Whether the body is within the limit. */
  async #readBody(reader: BodyReader | undefined): Promise<boolean> {
    if (reader === undefined) return true;
    const decoder = new TextDecoder();
    let bytes = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done || value === undefined) {
        this.#text += decoder.decode();
        return true;
      }
      bytes += value.byteLength;
      if (bytes > RESPONSE_BODY_MAX_BYTES) {
        // The abort that follows ends the exchange; a stream that fails to cancel has nobody to tell.
        reader.cancel().catch(() => undefined);
        return false;
      }
      this.#text += decoder.decode(value, { stream: true });
    }
  }

  #wireAnswer({ status, headers }: FetchAnswer): WireAnswer {
    return { status, header: (name) => headers.get(name) ?? undefined, text: this.#text };
  }
}
