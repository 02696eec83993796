import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { DOORS, KEY, mint, read, start, TOKEN } from '../test/acme.ts';
import { callerFrom, failureOf } from '../test/calling.ts';
import { deadOrigin, hangs, json, serve, stalls, status, type Reply } from '../test/local-server.ts';
import type { CallOptions } from './index.node.ts';
import { RetryBudget } from './retry-budget.ts';

const INPUT = { face: 'a-face' };
const REASON = new Error('the user left');

describe.each(DOORS)('aborting over $transport', ({ createCaller }) => {
  const caller = callerFrom(createCaller);

  it('before the call sends nothing', async () => {
    const server = await serve(json(TOKEN));
    const error = await failureOf(
      caller(server.origin).call(mint, INPUT, { signal: AbortSignal.abort(REASON) }),
    );
    expect(error).toMatchObject({ code: 'aborted', attempts: 0, stoppedBy: 'aborted', retryable: false });
    expect(error.cause).toBe(REASON);
    expect(server.received).toEqual([]);
  });

  it.each([
    ['of a string', KEY],
    ['of a function', () => KEY],
    ['of an async function', () => Promise.resolve(KEY)],
  ])('right after the call, with a key %s, is not lost', async (_, apiKey) => {
    const server = await serve(hangs);
    const controller = new AbortController();
    const call = caller(server.origin, { apiKey }).call(mint, INPUT, {
      signal: controller.signal,
      deadlineMs: 2_000,
    });
    controller.abort(REASON);
    const error = await failureOf(call);
    expect(error.code).toBe('aborted');
    expect(error.cause).toBe(REASON);
  });

  it('goes by the signal that the call was made with, whatever becomes of its options', async () => {
    const server = await serve(status(503), hangs);
    const controller = new AbortController();
    const options: CallOptions = { signal: controller.signal, deadlineMs: 2_000 };
    const onRetry = (): void => {
      Object.assign(options, { signal: undefined });
    };
    const call = failureOf(caller(server.origin, { hooks: { onRetry } }).call(mint, INPUT, options));
    await expect.poll(() => server.received.length).toBe(2);
    controller.abort(REASON);
    expect((await call).code).toBe('aborted');
  });

  it('from within the key’s function is not lost', async () => {
    const server = await serve(hangs);
    const controller = new AbortController();
    const apiKey = (): string => {
      controller.abort(REASON);
      return KEY;
    };
    const options = { signal: controller.signal, deadlineMs: 2_000 };
    const error = await failureOf(caller(server.origin, { apiKey }).call(mint, INPUT, options));
    expect(error).toMatchObject({ code: 'aborted', attempts: 0 });
    expect(server.received).toEqual([]);
  });

  it.each([
    ['onRequest', 0],
    ['onRetry', 1],
  ] as const)('from within the hook %s is not lost, and %i requests are sent', async (name, sent) => {
    const server = await serve(status(503), hangs);
    const controller = new AbortController();
    const hooks = {
      [name]: () => {
        controller.abort(REASON);
      },
    };
    const options = { signal: controller.signal, deadlineMs: 2_000 };
    const error = await failureOf(caller(server.origin, { hooks }).call(mint, INPUT, options));
    expect(error).toMatchObject({ code: 'aborted', stoppedBy: 'aborted' });
    expect(error.cause).toBe(REASON);
    expect(server.received).toHaveLength(sent);
  });

  it.each([
    ['before the headers', hangs],
    ['in the body', stalls],
  ])('during an attempt, %s, ends its exchange', async (_, reply) => {
    const controller = new AbortController();
    let onClosed: () => void;
    const closed = new Promise<void>((resolve) => (onClosed = resolve));
    const server = await serve((response, request) => {
      response.on('close', onClosed);
      reply(response, request);
      setTimeout(() => {
        controller.abort(REASON);
      }, 30);
    });
    const error = await failureOf(caller(server.origin).call(mint, INPUT, { signal: controller.signal }));
    expect(error).toMatchObject({ code: 'aborted', attempts: 1, stoppedBy: 'aborted', retryable: false });
    expect(error.cause).toBe(REASON);
    expect(error.elapsedMs).toBeLessThan(5_000);
    await closed;
  });

  it('during a wait ends the wait', async () => {
    const server = await serve(status(503, { 'retry-after': '20' }), json(TOKEN));
    const controller = new AbortController();
    const hooks = {
      onRetry: () => {
        setTimeout(() => {
          controller.abort(REASON);
        }, 20);
      },
    };
    const error = await failureOf(
      caller(server.origin, { hooks }).call(mint, INPUT, { signal: controller.signal }),
    );
    expect(error).toMatchObject({ code: 'aborted', attempts: 1, stoppedBy: 'aborted' });
    expect(error.cause).toBe(REASON);
    expect(error.elapsedMs).toBeLessThan(5_000);
    expect(server.received).toHaveLength(1);
  });

  it('while the key is asked for ends the question', async () => {
    const server = await serve(json(TOKEN));
    const controller = new AbortController();
    const apiKey = (): Promise<string> => {
      setTimeout(() => {
        controller.abort(REASON);
      }, 20);
      return new Promise(() => undefined);
    };
    const error = await failureOf(
      caller(server.origin, { apiKey }).call(mint, INPUT, { signal: controller.signal }),
    );
    expect(error).toMatchObject({ code: 'aborted', attempts: 0, stoppedBy: 'aborted' });
    expect(error.cause).toBe(REASON);
    expect(server.received).toEqual([]);
  });

  it('gives the platform’s reason when the caller has none, as for a timeout', async () => {
    const server = await serve(hangs);
    const error = await failureOf(
      caller(server.origin).call(mint, INPUT, { signal: AbortSignal.timeout(50) }),
    );
    expect(error.code).toBe('aborted');
    expect(error.cause).toMatchObject({ name: 'TimeoutError' });
  });

  it('costs the budget nothing for the retry that was not made', async () => {
    const retryBudget = new RetryBudget(20);
    const server = await serve(status(503, { 'retry-after': '20' }));
    const controller = new AbortController();
    const hooks = {
      onRetry: () => {
        controller.abort();
      },
    };
    await failureOf(
      caller(server.origin, { retryBudget, hooks }).call(mint, INPUT, { signal: controller.signal }),
    );
    expect(retryBudget.tokens).toBe(20);
  });

  it('is not listened for after a hundred calls with one signal, however they ended', async () => {
    const replies: Readonly<Record<string, Reply>> = {
      '/v1/tokens': json(TOKEN),
      '/v1/sessions': status(503),
      '/v1/sessions/hangs': hangs,
    };
    const server = await serve((response, request) => replies[request.path]?.(response, request));
    const { signal } = new AbortController();
    const healthy = caller(server.origin);
    const async = caller(server.origin, { apiKey: () => Promise.resolve(KEY) });
    const dead = caller(await deadOrigin(), { retryBudget: false });
    const ended = await Promise.allSettled(
      Array.from({ length: 25 }, () => [
        healthy.call(mint, INPUT, { signal }),
        async.call(mint, INPUT, { signal }),
        healthy.call(read, { session_id: 'hangs' }, { signal, attemptTimeoutMs: 100, maxAttempts: 1 }),
        healthy.call(start, { session_token: 'token-1' }, { signal }),
        dead.call(mint, INPUT, { signal }),
      ]).flat(),
    );
    expect(ended).toHaveLength(125);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
