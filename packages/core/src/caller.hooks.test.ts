import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { DOORS, mint, read, TOKEN } from '../test/acme.ts';
import { callerFrom, failureOf } from '../test/calling.ts';
import { json, serve, status } from '../test/local-server.ts';
import type { Caller } from './caller.ts';
import type { ErrorCode } from './error-codes.ts';
import { HOOK_NAMES, type Hooks, type RetryEvent } from './hooks.ts';
import type { Logger, LogLevel } from './logger.ts';
import { defineOperation } from './operation.ts';
import { RetryBudget } from './retry-budget.ts';

const INPUT = { face: 'a-face' };

/** Hooks that write down what they are told, in order. */
function recording(): { told: [name: string, event: unknown][]; hooks: Hooks } {
  const told: [string, unknown][] = [];
  const hooks: Hooks = Object.fromEntries(
    HOOK_NAMES.map((name) => [name, (event: unknown) => told.push([name, event])]),
  );
  return { told, hooks };
}

interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

/** A logger that keeps its lines. */
function keeping(): { lines: Line[]; logger: Logger } {
  const lines: Line[] = [];
  const at =
    (level: string) =>
    (message: string, fields?: Readonly<Record<string, unknown>>): void => {
      lines.push({ level, message, fields });
    };
  return { lines, logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } };
}

describe.each(DOORS)('watching calls over $transport', ({ createCaller }) => {
  const caller = callerFrom(createCaller);

  describe('hooks', () => {
    it('tell of a retry by the code that an error would have', () => {
      expectTypeOf<RetryEvent['code']>().toEqualTypeOf<ErrorCode>();
    });

    it('tell the story of a call in order', async () => {
      const { told, hooks } = recording();
      const server = await serve(status(503), json(TOKEN));
      await caller(server.origin, { hooks }).call(read, { session_id: 'session-1', limit: 5 });
      const call = {
        vendor: 'acme',
        operation: 'sessions.read',
        requestId: server.received[0]?.headers['x-request-id'],
      };
      const exchange = {
        ...call,
        method: 'GET',
        path: '/v1/sessions/{session_id}',
        // Without the query: what stands there is the caller's own affair.
        url: `${server.origin}/v1/sessions/session-1`,
      };
      const elapsedMs: unknown = expect.any(Number);
      expect(told).toEqual([
        ['onRequest', { ...exchange, attempt: 1 }],
        ['onResponse', { ...exchange, attempt: 1, status: 503, elapsedMs }],
        ['onRetry', { ...call, attempt: 1, delayMs: 50, code: 'vendor_unavailable', status: 503 }],
        ['onRequest', { ...exchange, attempt: 2 }],
        ['onResponse', { ...exchange, attempt: 2, status: 200, elapsedMs }],
        ['onSuccess', { ...call, attempts: 2, elapsedMs }],
      ]);
    });

    it('tell of a failure once, with the very error that is thrown', async () => {
      const { told, hooks } = recording();
      const server = await serve(status(404));
      const error = await failureOf(caller(server.origin, { hooks }).call(mint, INPUT));
      expect(told.map(([name]) => name)).toEqual(['onRequest', 'onResponse', 'onError']);
      const [, event] = told[2] ?? [];
      expect(event).toMatchObject({ vendor: 'acme', operation: 'tokens.mint', requestId: error.requestId });
      expect(event).toHaveProperty('error', error);
    });

    it('tell of an exchange without an answer that it began, and not that it was answered', async () => {
      const { told, hooks } = recording();
      const server = await serve((response) => response.socket?.destroy());
      await failureOf(caller(server.origin, { hooks }).call(mint, INPUT, { maxAttempts: 1 }));
      expect(told.map(([name]) => name)).toEqual(['onRequest', 'onError']);
    });

    it.each<[string, object, object]>([
      ['a request that is refused', { face: '' }, {}],
      ['a call that was aborted before', INPUT, { signal: AbortSignal.abort() }],
    ])('tell of %s that it failed, and of no exchange', async (_, input, options) => {
      const { told, hooks } = recording();
      const server = await serve(json(TOKEN));
      await failureOf(caller(server.origin, { hooks }).call(mint, input as typeof INPUT, options));
      expect(told.map(([name]) => name)).toEqual(['onError']);
    });

    it.each<[string, (client: Caller) => Promise<unknown>, string]>([
      [
        'whose options are refused',
        (client) => client.call(mint, INPUT, { deadlineMs: -1 }),
        'acme tokens.mint: deadlineMs must be a finite number above 0',
      ],
      [
        'on a client that was closed',
        (client) => client.close().then(() => client.call(mint, INPUT)),
        'acme tokens.mint: client was closed and takes no more calls',
      ],
    ])('tell of a call %s', async (_, call, message) => {
      const { told, hooks } = recording();
      const error = await failureOf(call(caller('https://api.acme.example', { hooks })));
      expect(error).toMatchObject({ code: 'configuration', operation: 'tokens.mint', attempts: 0, message });
      const { requestId } = error;
      expect(requestId).toMatch(/^[\da-f-]{36}$/);
      expect(told).toEqual([['onError', { vendor: 'acme', operation: 'tokens.mint', requestId, error }]]);
    });

    it('tell of each drift once in the life of a caller, and once for each operation', async () => {
      const { told, hooks } = recording();
      const server = await serve(
        json({ ...TOKEN, mood: 'sleepy', a: 1 }),
        json({ ...TOKEN, mood: 'sleepy', a: 1, b: 2 }),
      );
      const acme = caller(server.origin, { hooks });
      expect(await acme.call(mint, INPUT)).toEqual({ ...TOKEN, mood: 'sleepy', a: 1 });
      await acme.call(mint, INPUT);
      await acme.call(mint, INPUT);
      await acme.call(read, { session_id: 's' });
      const drifts = told.filter(([name]) => name === 'onSchemaDrift').map(([, event]) => event);
      expect(drifts).toMatchObject([
        { operation: 'tokens.mint', differences: ['mood: unknown value', 'a: unknown field'] },
        { operation: 'tokens.mint', differences: ['b: unknown field'] },
        {
          operation: 'sessions.read',
          differences: ['mood: unknown value', 'a: unknown field', 'b: unknown field'],
        },
      ]);
    });

    it('do not have answers walked through any more once a thousand differences were told', async () => {
      let walks = 0;
      const { told, hooks } = recording();
      const server = await serve(json(TOKEN));
      const differs = defineOperation({
        ...mint,
        answer: {
          ...mint.answer,
          driftOf: () => {
            walks++;
            return Array.from({ length: 400 }, (_, index) => `walk${walks}.f${index}: unknown field`);
          },
        },
      });
      const acme = caller(server.origin, { hooks });
      for (let call = 0; call < 5; call++) await acme.call(differs, INPUT);
      expect(walks).toBe(3);
      expect(told.filter(([name]) => name === 'onSchemaDrift')).toHaveLength(3);
    });

    it('survive an answer with fields of any name', async () => {
      const { told, hooks } = recording();
      const server = await serve((response) => {
        response.end('{"token":"a-token","constructor":1,"__proto__":{"x":1}}');
      });
      expect(await caller(server.origin, { hooks }).call(mint, INPUT)).toMatchObject(TOKEN);
      expect(told).toContainEqual([
        'onSchemaDrift',
        expect.objectContaining({
          differences: ['constructor: unknown field', '__proto__: unknown field'],
        }),
      ]);
    });
  });

  describe('hooks that fail', () => {
    const broken = {
      throwing: () => {
        throw new Error('a-secret of the hook');
      },
      rejecting: () => Promise.reject(new Error('a-secret of the hook')),
    };

    beforeEach(() => {
      vi.spyOn(console, 'warn').mockReturnValue(undefined);
    });
    afterEach(() => {
      vi.restoreAllMocks();
    });

    it.each(Object.entries(broken))('%s, change no result and are told of once', async (_, hook) => {
      const hooks: Hooks = Object.fromEntries(HOOK_NAMES.map((name) => [name, hook]));
      const server = await serve(status(503), json({ ...TOKEN, drift: 1 }), status(404), status(503));
      const acme = caller(server.origin, { hooks, retryBudget: new RetryBudget(5) });
      expect(await acme.call(mint, INPUT)).toMatchObject(TOKEN);
      expect(await failureOf(acme.call(mint, INPUT))).toMatchObject({ code: 'not_found' });
      expect(await failureOf(acme.call(mint, INPUT))).toMatchObject({ stoppedBy: 'budget' });
      await new Promise((resolve) => setImmediate(resolve));
      expect(vi.mocked(console.warn).mock.calls).toEqual([
        ['@org/core: a hook or the retry budget threw; what it threw is dropped (told once)'],
      ]);
    });

    it('do not keep the next ones of a list from hearing', async () => {
      const { told, hooks } = recording();
      const server = await serve(json(TOKEN));
      const list = [{ onRequest: broken.throwing }, hooks, { onSuccess: broken.rejecting }, hooks];
      await caller(server.origin, { hooks: list }).call(mint, INPUT);
      expect(told.map(([name]) => name)).toEqual(
        ['onRequest', 'onResponse', 'onSuccess'].flatMap((name) => [name, name]),
      );
    });

    it('are told of by the logger, where there is one', async () => {
      const { lines, logger } = keeping();
      const server = await serve(json(TOKEN));
      await caller(server.origin, { hooks: { onRequest: broken.throwing }, logger }).call(mint, INPUT);
      expect(lines).toEqual([
        {
          level: 'warn',
          message: 'a hook or the retry budget threw; what it threw is dropped (told once)',
          fields: {},
        },
      ]);
      expect(console.warn).not.toHaveBeenCalled();
    });

    it('are told of by nobody where nothing is to be written', async () => {
      const server = await serve(json(TOKEN));
      const silent = { hooks: { onRequest: broken.throwing }, logLevel: 'off' } as const;
      expect(await caller(server.origin, silent).call(mint, INPUT)).toEqual(TOKEN);
      expect(console.warn).not.toHaveBeenCalled();
    });

    it('may be of a class, with a state of its own', async () => {
      class Counter implements Hooks {
        answers = 0;
        onResponse(): void {
          this.answers++;
        }
      }
      const hooks = new Counter();
      const server = await serve(json(TOKEN));
      await caller(server.origin, { hooks }).call(mint, INPUT);
      expect(hooks.answers).toBe(1);
    });

    it('cannot change what the next one is told, or the result', async () => {
      const { told, hooks } = recording();
      const server = await serve(json(TOKEN));
      const meddling: Hooks = {
        ...hooks,
        onRequest: (event) =>
          Object.assign(event, { operation: 'meddled', requestId: 'meddled', attempt: 99 }),
      };
      await caller(server.origin, { hooks: meddling }).call(mint, INPUT);
      expect(told).toMatchObject([
        ['onResponse', { operation: 'tokens.mint', attempt: 1 }],
        ['onSuccess', { operation: 'tokens.mint', attempts: 1 }],
      ]);
      expect(server.received[0]?.headers['x-request-id']).not.toBe('meddled');
    });
  });

  describe('a logger', () => {
    const STORY: readonly (readonly [level: string, message: string])[] = [
      ['debug', 'acme tokens.mint: answered 503'],
      ['info', 'acme tokens.mint: repeating after vendor_unavailable'],
      ['debug', 'acme tokens.mint: answered 200'],
      ['warn', 'acme tokens.mint: the answer differs from what is known of it'],
      ['debug', 'acme tokens.mint: answered 404'],
      ['error', 'acme tokens.mint: answered 404 (not_found)'],
    ];

    it.each<[LogLevel | undefined, readonly string[]]>([
      ['debug', ['debug', 'info', 'warn', 'error']],
      ['info', ['info', 'warn', 'error']],
      ['warn', ['warn', 'error']],
      [undefined, ['warn', 'error']],
      ['error', ['error']],
      ['off', []],
    ])('at level %s hears %o', async (logLevel, levels) => {
      const { lines, logger } = keeping();
      const server = await serve(status(503), json({ ...TOKEN, drift: 1 }), status(404));
      const acme = caller(server.origin, { logger, logLevel });
      await acme.call(mint, INPUT);
      await failureOf(acme.call(mint, INPUT));
      expect(lines.map(({ level, message }) => [level, message])).toEqual(
        STORY.filter(([level]) => levels.includes(level)),
      );
    });

    it('is given fields, and the error as its allow-list', async () => {
      const { lines, logger } = keeping();
      const server = await serve(status(404));
      const error = await failureOf(caller(server.origin, { logger }).call(mint, INPUT));
      const { requestId } = error;
      expect(lines).toEqual([
        {
          level: 'error',
          message: 'acme tokens.mint: answered 404 (not_found)',
          fields: { vendor: 'acme', operation: 'tokens.mint', requestId, error: error.toJSON() },
        },
      ]);
    });

    it('that throws changes nothing', async () => {
      const fails = (): never => {
        throw new Error('the disk is full');
      };
      const logger: Logger = { debug: fails, info: fails, warn: fails, error: fails };
      const server = await serve(status(503), json(TOKEN), status(404));
      const acme = caller(server.origin, { logger, logLevel: 'debug' });
      expect(await acme.call(mint, INPUT)).toEqual(TOKEN);
      expect(await failureOf(acme.call(mint, INPUT))).toMatchObject({ code: 'not_found' });
    });
  });
});
