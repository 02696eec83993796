import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { DOORS, KEY, mint, start, TOKEN } from '../test/acme.ts';
import { callerFrom, failureOf } from '../test/calling.ts';
import { json, serve, status } from '../test/local-server.ts';
import type { ApiKey } from './api-key.ts';
import { Secret } from './secret.ts';

const INPUT = { face: 'a-face' };

describe.each(DOORS)('a function as apiKey, over $transport', ({ createCaller }) => {
  const caller = callerFrom(createCaller);

  it('is asked once for each call, so that a key can be rotated', async () => {
    const keys: (string | Secret)[] = ['first-key-1', new Secret('second-key-2')];
    const apiKey = vi.fn(() => Promise.resolve(keys.shift() ?? 'third-key-3'));
    const server = await serve(status(503), json(TOKEN));
    const acme = caller(server.origin, { apiKey });
    await acme.call(mint, INPUT);
    await acme.call(mint, INPUT);
    await acme.call(mint, INPUT);
    expect(apiKey).toHaveBeenCalledTimes(3);
    expect(server.received.map(({ headers }) => headers['x-acme-key'])).toEqual([
      'first-key-1',
      'first-key-1',
      'second-key-2',
      'third-key-3',
    ]);
  });

  it('is not asked where the operation needs no key', async () => {
    const apiKey = vi.fn(() => KEY);
    const server = await serve(json(TOKEN));
    await caller(server.origin, { apiKey }).call(start, { session_token: 'session-token-1' });
    expect(apiKey).not.toHaveBeenCalled();
    expect(server.received[0]?.headers).toMatchObject({ authorization: 'Bearer session-token-1' });
    expect(server.received[0]?.headers).not.toHaveProperty('x-acme-key');
  });

  it('is not asked for a request that is refused', async () => {
    const apiKey = vi.fn(() => KEY);
    const server = await serve(json(TOKEN));
    await failureOf(caller(server.origin, { apiKey }).call(mint, { face: '' }));
    expect(apiKey).not.toHaveBeenCalled();
  });

  const vault = Object.assign(new Error(`the vault says no to ${KEY}`), { code: 'EVAULT', key: KEY });
  it.each<[string, () => string | Promise<string>]>([
    [
      'throws',
      () => {
        throw vault;
      },
    ],
    ['rejects', () => Promise.reject(vault)],
  ])('that %s fails the call, and of what it threw only kind, code and place are told', async (_, apiKey) => {
    const server = await serve(json(TOKEN));
    const error = await failureOf(caller(server.origin, { apiKey }).call(mint, INPUT));
    expect(error).toMatchObject({
      code: 'configuration',
      operation: 'tokens.mint',
      attempts: 0,
      stoppedBy: 'not_retryable',
      message: 'acme tokens.mint: the function given as apiKey failed',
    });
    expect(error.cause).toMatchObject({ name: 'Error', code: 'EVAULT' });
    expect((error.cause as Error).stack).toContain('key-asking.test.ts');
    expect(inspect(error.cause, { depth: Infinity, showHidden: true })).not.toContain(KEY);
    expect(server.received).toEqual([]);
  });

  it.each<[unknown, string]>([
    [undefined, 'is undefined, not a string'],
    [null, 'is null, not a string'],
    [42, 'is number, not a string'],
    ['', 'is empty'],
    [`"${KEY}"`, 'has quotes around it'],
    [new Secret(`Bearer ${KEY}`), 'has "Bearer " pasted in front of it'],
  ])('that gives %o fails the call without showing it', async (given, fault) => {
    const server = await serve(json(TOKEN));
    const apiKey = (() => Promise.resolve(given)) as ApiKey;
    const error = await failureOf(caller(server.origin, { apiKey }).call(mint, INPUT));
    expect(error).toMatchObject({ code: 'configuration', attempts: 0, retryable: false });
    expect(error.message).toContain(`apiKey, as its function gave it, ${fault}`);
    expect(error.message).not.toContain(KEY);
    expect(server.received).toEqual([]);
  });

  it('that takes too long is bounded by the deadline', async () => {
    const server = await serve(json(TOKEN));
    const apiKey = (): Promise<string> => new Promise(() => undefined);
    const error = await failureOf(caller(server.origin, { apiKey }).call(mint, INPUT, { deadlineMs: 60 }));
    expect(error).toMatchObject({ code: 'timeout', scope: 'deadline', attempts: 0, stoppedBy: 'deadline' });
    expect(error.elapsedMs).toBeLessThan(5_000);
    expect(server.received).toEqual([]);
  });

  it('that rejects after the deadline disturbs nobody', async () => {
    const server = await serve(json(TOKEN));
    let tooLate = (_: Error): void => undefined;
    const apiKey = (): Promise<string> => new Promise((_, reject) => (tooLate = reject));
    await failureOf(caller(server.origin, { apiKey }).call(mint, INPUT, { deadlineMs: 30 }));
    tooLate(new Error('far too late'));
    // An unhandled rejection would come before the next turn of the event loop, and vitest fails on it.
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.received).toEqual([]);
  });

  it('may take its time under a deadline that no timer can hold', async () => {
    const server = await serve(json(TOKEN));
    const apiKey = (): Promise<string> => new Promise((resolve) => setTimeout(resolve, 30, KEY));
    const deadlineMs = 10_000_000_000;
    expect(await caller(server.origin, { apiKey }).call(mint, INPUT, { deadlineMs })).toEqual(TOKEN);
  });

  it('that used up the deadline leaves no time for an attempt', async () => {
    const server = await serve(json(TOKEN));
    const apiKey = (): string => {
      const until = performance.now() + 60;
      while (performance.now() < until);
      return KEY;
    };
    const error = await failureOf(caller(server.origin, { apiKey }).call(mint, INPUT, { deadlineMs: 30 }));
    expect(error).toMatchObject({ code: 'timeout', scope: 'deadline', attempts: 0, stoppedBy: 'deadline' });
    expect(server.received).toEqual([]);
  });
});
