import { expect, test, vi } from 'vitest';
import { mint, TOKEN } from '../test/acme.ts';
import { callerFrom, failureOf } from '../test/calling.ts';
import { hangs, json, serve } from '../test/local-server.ts';
import { createCaller } from './index.ts';

test('a fetch that aborts the call while it starts is cancelled, and the call is aborted', async () => {
  const controller = new AbortController();
  const cancelled = vi.fn();
  const fetch = (_url: string, init: { signal: AbortSignal }): Promise<Response> => {
    init.signal.addEventListener('abort', cancelled);
    controller.abort('enough');
    return new Promise(() => undefined);
  };
  const caller = callerFrom(createCaller)('http://127.0.0.1:9', { fetch });
  const error = await failureOf(caller.call(mint, { face: 'f' }, { signal: controller.signal }));
  expect(error).toMatchObject({ code: 'aborted', attempts: 1, cause: 'enough' });
  expect(cancelled).toHaveBeenCalledOnce();
});

test('an answer that has come is not cancelled', async () => {
  const server = await serve(json(TOKEN));
  const aborted = vi.fn();
  const fetch = (url: string, init: RequestInit): Promise<Response> => {
    init.signal?.addEventListener('abort', aborted);
    return globalThis.fetch(url, init);
  };
  await callerFrom(createCaller)(server.origin, { fetch }).call(mint, { face: 'f' });
  expect(aborted).not.toHaveBeenCalled();
});

test('the deadline’s time-out says whether the same call may succeed later', async () => {
  const server = await serve(hangs);
  const call = callerFrom(createCaller)(server.origin).call(mint, { face: 'f' }, { deadlineMs: 50 });
  expect(await failureOf(call)).toMatchObject({
    code: 'timeout',
    scope: 'deadline',
    stoppedBy: 'deadline',
    retryable: true,
  });
});
