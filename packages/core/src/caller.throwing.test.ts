import { afterEach, describe, expect, it, vi } from 'vitest';
import { acme, DOORS, KEY, mint, TOKEN, type MintInput, type Token } from '../test/acme.ts';
import { callerFrom, failureOf, PROMPT } from '../test/calling.ts';
import { json, serve, status } from '../test/local-server.ts';
import { createCaller } from './index.ts';
import type { Logger } from './logger.ts';
import { defineOperation, type Operation } from './operation.ts';
import type { RetryBudgetLike } from './retry-budget.ts';
import type { FetchLike } from './transport/fetch.ts';
import { defineVendor } from './vendor.ts';

const INPUT = { face: 'a-face' };

function boom(): never {
  throw new Error('boom');
}

/** Whatever a caller, or whoever wrote a vendor's package, gave; all of it throws. */
describe.each(DOORS)('what throws beside a call over $transport', ({ createCaller: create }) => {
  const caller = callerFrom(create);
  afterEach(() => {
    vi.restoreAllMocks();
  });

  describe('a retry budget', () => {
    const paying = { payBack: boom };
    it.each<[string, RetryBudgetLike]>([
      ['in noteSuccess', { take: () => paying, noteSuccess: boom }],
      ['in payBack', { take: () => paying, noteSuccess: () => undefined }],
    ])('that throws %s fails no call, and is told of once', async (_, retryBudget) => {
      const warn = vi.spyOn(console, 'warn').mockReturnValue();
      const server = await serve(json(TOKEN), status(503), json(TOKEN));
      const client = caller(server.origin, { retryBudget });
      expect(await client.call(mint, INPUT)).toEqual(TOKEN);
      expect(await client.call(mint, INPUT)).toEqual(TOKEN);
      expect(warn).toHaveBeenCalledTimes(1);
    });

    it('that throws in take has nothing to give', async () => {
      vi.spyOn(console, 'warn').mockReturnValue();
      const server = await serve(status(503));
      const retryBudget = { take: boom, noteSuccess: () => undefined };
      const error = await failureOf(caller(server.origin, { retryBudget }).call(mint, INPUT));
      expect(error).toMatchObject({ code: 'vendor_unavailable', attempts: 1, stoppedBy: 'budget' });
    });
  });

  it('a logger whose methods reject disturbs nobody', async () => {
    const reject = (() => Promise.reject(new Error('boom'))) as () => void;
    const logger: Logger = { debug: reject, info: reject, warn: reject, error: reject };
    const server = await serve(status(404));
    const client = caller(server.origin, { logger, logLevel: 'debug' });
    expect(await failureOf(client.call(mint, INPUT))).toMatchObject({ code: 'not_found' });
    // An unhandled rejection would come before the next turn of the event loop, and vitest fails on it.
    await new Promise((resolve) => setImmediate(resolve));
  });

  const UNREADABLE = {
    code: 'invalid_response',
    message: 'acme tokens.mint: answered 200, and reading that failed',
    status: 200,
    attempts: 1,
    retryable: false,
    cause: { name: 'Error', message: 'its words are left out: they may quote a secret' },
  };

  it('a dialect that throws makes an answer unreadable', async () => {
    const server = await serve(json(TOKEN));
    const vendor = defineVendor({ ...acme, read: boom });
    const client = create(vendor, { apiKey: KEY, baseUrl: server.origin }, PROMPT);
    expect(await failureOf(client.call(mint, INPUT))).toMatchObject(UNREADABLE);
    await client.close();
  });

  it.each<[string, Partial<Operation<MintInput, Token>>]>([
    ['the check of its answer', { answer: { read: boom, driftOf: () => [] } }],
    ['what makes its result', { result: boom }],
  ])('an operation that throws in %s makes an answer unreadable', async (_, part) => {
    const onError = vi.fn();
    const onSuccess = vi.fn();
    const server = await serve(json(TOKEN));
    const broken = defineOperation<MintInput, Token>({ ...mint, ...part });
    const client = caller(server.origin, { hooks: { onError, onSuccess } });
    expect(await failureOf(client.call(broken, INPUT))).toMatchObject(UNREADABLE);
    expect(onError).toHaveBeenCalledTimes(1);
    expect(onSuccess).not.toHaveBeenCalled();
  });

  it('a look for differences that throws does not cost the answer', async () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    const server = await serve(json(TOKEN));
    const curious = defineOperation<MintInput, Token>({ ...mint, answer: { ...mint.answer, driftOf: boom } });
    const client = caller(server.origin, { hooks: { onSchemaDrift: () => undefined } });
    expect(await client.call(curious, INPUT)).toEqual(TOKEN);
  });
});

describe('a fetch of the caller’s own', () => {
  const caller = callerFrom(createCaller);
  const once = { maxAttempts: 1 };

  it('whose headers cannot be read makes a refusal unreadable', async () => {
    const fetch = (() => Promise.resolve({ status: 503, headers: {}, body: null })) as unknown as FetchLike;
    const error = await failureOf(caller('https://edge.example', { fetch }).call(mint, INPUT, once));
    expect(error).toMatchObject({ code: 'invalid_response', status: 503, cause: { name: 'TypeError' } });
    expect((error.cause as Error).stack).toContain('fetch.ts');
  });

  it.each<[string, unknown]>([
    ['a proxy', new Proxy(new Error('no'), { get: boom, getPrototypeOf: boom })],
    ['an error with such a getter', Object.defineProperty(new Error('no'), 'code', { get: boom })],
  ])('may reject with what throws when it is read: %s', async (_, thrown) => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what others throw need be no error
    const fetch: FetchLike = () => Promise.reject(thrown);
    const error = await failureOf(caller('https://edge.example', { fetch }).call(mint, INPUT, once));
    expect(error).toMatchObject({ code: 'connection', phase: 'sent', stoppedBy: 'attempts' });
  });
});
