import { describe, expect, it } from 'vitest';
import { DOORS, mint, start, TOKEN, type MintInput, type StartInput } from '../test/acme.ts';
import { callerFrom, failureOf } from '../test/calling.ts';
import {
  deadOrigin,
  hangs,
  json,
  resets,
  resetsInBody,
  serve,
  stalls,
  status,
  truncates,
  type Reply,
} from '../test/local-server.ts';
import type { ClientOptions } from './options.ts';
import type { RetryEvent } from './hooks.ts';

const INPUT: MintInput = { face: 'a-face' };
const START: StartInput = { session_token: 'session-token-1' };

/** Options that collect what was told of each retry. */
function listening(): { retries: RetryEvent[]; options: ClientOptions } {
  const retries: RetryEvent[] = [];
  return { retries, options: { hooks: { onRetry: (event) => retries.push(event) } } };
}

describe.each(DOORS)('retries over $transport', ({ createCaller }) => {
  const caller = callerFrom(createCaller);

  describe('of what is safe', () => {
    it.each([408, 429, 502, 503, 504])('follow a %i until it has passed', async (code) => {
      const server = await serve(status(code), status(code), json(TOKEN));
      expect(await caller(server.origin).call(mint, INPUT)).toEqual(TOKEN);
      expect(server.received).toHaveLength(3);
    });

    it.each([408, 429, 502, 503, 504])('follow a %i as often as attempts are allowed', async (code) => {
      const server = await serve(status(code));
      const error = await failureOf(caller(server.origin).call(mint, INPUT));
      expect(error).toMatchObject({ status: code, attempts: 3, stoppedBy: 'attempts', retryable: true });
      expect(server.received).toHaveLength(3);
    });

    it('follow a 500 once', async () => {
      const server = await serve(status(500));
      const error = await failureOf(caller(server.origin).call(mint, INPUT, { maxAttempts: 5 }));
      expect(error).toMatchObject({ code: 'vendor_error', attempts: 2, stoppedBy: 'attempts' });
      expect(server.received).toHaveLength(2);
    });

    it('follow a 500 once in a whole call, whatever comes between', async () => {
      const server = await serve(status(500), status(503), status(500), json(TOKEN));
      const error = await failureOf(caller(server.origin).call(mint, INPUT, { maxAttempts: 5 }));
      expect(error).toMatchObject({ status: 500, attempts: 3, stoppedBy: 'attempts' });
      expect(server.received).toHaveLength(3);
    });

    it.each<[number, string]>([
      [400, 'invalid_request'],
      [401, 'invalid_key'],
      [402, 'plan_required'],
      [403, 'permission_denied'],
      [404, 'not_found'],
      [405, 'vendor_error'],
      [409, 'conflict'],
      [410, 'vendor_error'],
      [413, 'vendor_error'],
      [422, 'invalid_request'],
      [425, 'vendor_error'],
      [501, 'vendor_error'],
      [505, 'vendor_error'],
      [520, 'vendor_error'],
    ])('never follow a %i, which is %s', async (code, meaning) => {
      const server = await serve(status(code));
      const error = await failureOf(caller(server.origin).call(mint, INPUT));
      expect(error).toMatchObject({
        code: meaning,
        attempts: 1,
        stoppedBy: 'not_retryable',
        retryable: false,
      });
      expect(server.received).toHaveLength(1);
    });

    it.each([
      ['TOO_MANY_SESSIONS', 'concurrency_limit', 429],
      ['OUT_OF_CREDIT', 'quota_exhausted', 429],
      ['WRONG_PLAN', 'plan_required', 503],
      ['WRONG_KEY', 'invalid_key', 500],
    ])('never follow the vendor’s %s, whatever the status', async (vendorCode, code, httpStatus) => {
      const server = await serve(json({ code: vendorCode }, httpStatus, { 'retry-after': '1' }));
      const error = await failureOf(caller(server.origin).call(mint, INPUT));
      expect(error).toMatchObject({ code, vendorCode, status: httpStatus, attempts: 1, retryable: false });
      expect(server.received).toHaveLength(1);
    });

    it.each<[string, Reply]>([
      ['a reset before the headers', resets],
      ['a reset in the body', resetsInBody],
      ['an answer that was cut', truncates],
      ['an attempt without an answer', hangs],
      ['an attempt whose body stalls', stalls],
    ])('follow %s', async (_, reply) => {
      const server = await serve(reply, json(TOKEN));
      expect(await caller(server.origin).call(mint, INPUT, { attemptTimeoutMs: 500 })).toEqual(TOKEN);
      expect(server.received).toHaveLength(2);
    });

    it('are as many as the call or the client says', async () => {
      const server = await serve(status(503));
      const acme = caller(server.origin, { maxAttempts: 2 });
      expect(await failureOf(acme.call(mint, INPUT))).toMatchObject({ attempts: 2 });
      expect(await failureOf(acme.call(mint, INPUT, { maxAttempts: 1 }))).toMatchObject({ attempts: 1 });
      expect(await failureOf(acme.call(mint, INPUT, { maxAttempts: 4 }))).toMatchObject({ attempts: 4 });
      expect(server.received).toHaveLength(7);
    });

    it('send the same request with the same id, and another call another', async () => {
      const server = await serve(status(503), status(503), json(TOKEN));
      const acme = caller(server.origin);
      await acme.call(mint, INPUT);
      await acme.call(mint, INPUT);
      const ids = server.received.map(({ headers }) => headers['x-request-id']);
      expect(ids[0]).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
      expect(new Set(ids.slice(0, 3)).size).toBe(1);
      expect(ids[3]).not.toBe(ids[0]);
      expect(new Set(server.received.map(({ body }) => body)).size).toBe(1);
    });

    it('carry their request’s id into the error', async () => {
      const server = await serve(status(404));
      const { requestId } = await failureOf(caller(server.origin).call(mint, INPUT));
      expect(requestId).toBe(server.received[0]?.headers['x-request-id']);
    });
  });

  describe('of what may be billed', () => {
    it.each<[string, Reply]>([
      ['408', status(408)],
      ['429', status(429)],
      ['503 with Retry-After', status(503, { 'retry-after': '0' })],
      ['503 with retry-after-ms', status(503, { 'retry-after-ms': '60' })],
    ])('follow a %s, which says that nothing was begun', async (_, reply) => {
      const server = await serve(reply, json(TOKEN));
      expect(await caller(server.origin).call(start, START)).toEqual(TOKEN);
      expect(server.received).toHaveLength(2);
    });

    it('follow a connection that never stood', async () => {
      const error = await failureOf(caller(await deadOrigin()).call(start, START));
      expect(error).toMatchObject({
        code: 'connection',
        phase: 'connect',
        attempts: 3,
        stoppedBy: 'attempts',
      });
    });

    it('follow a name that is unknown', async () => {
      const error = await failureOf(caller('https://nowhere.invalid').call(start, START));
      expect(error).toMatchObject({ code: 'connection', phase: 'dns', attempts: 3 });
    });

    it.each<[string, Reply]>([
      ['a 500', status(500)],
      ['a 502', status(502)],
      ['a 503 that does not say when to come back', status(503)],
      ['a 503 with an empty Retry-After', status(503, { 'retry-after': '' })],
      ['a 504', status(504)],
      ['a reset before the headers', resets],
      ['a reset in the body', resetsInBody],
      ['an answer that was cut', truncates],
    ])('never follow %s: a session may be running', async (_, reply) => {
      const server = await serve(reply, json(TOKEN));
      const error = await failureOf(caller(server.origin).call(start, START));
      expect(error.code).not.toBe('timeout');
      expect(error).toMatchObject({ attempts: 1, stoppedBy: 'not_retryable', retryable: false });
      expect(server.received).toHaveLength(1);
    });

    it.each<[string, Reply]>([
      ['without an answer', hangs],
      ['whose body stalls', stalls],
    ])('never follow an attempt %s: a session may be running', async (_, reply) => {
      const server = await serve(reply, json(TOKEN));
      const error = await failureOf(caller(server.origin).call(start, START, { attemptTimeoutMs: 2_000 }));
      expect(error.code).toBe('timeout');
      expect(error).toMatchObject({ attempts: 1, stoppedBy: 'not_retryable', retryable: false });
      expect(server.received).toHaveLength(1);
    });
  });

  describe('after a Retry-After', () => {
    it.each([
      ['retry-after-ms', '70', 70],
      ['retry-after-ms', '70.5', 71],
      ['retry-after-ms', '0', 50],
      ['retry-after', 'Sun, 06 Nov 1994 08:49:37 GMT', 50],
      ['retry-after', 'soon', 50],
    ])('%s: %s wait %i ms', async (name, value, delayMs) => {
      const { retries, options } = listening();
      const server = await serve(status(503, { [name]: value }), json(TOKEN));
      expect(await caller(server.origin, options).call(mint, INPUT)).toEqual(TOKEN);
      expect(retries).toMatchObject([{ attempt: 1, delayMs, code: 'vendor_unavailable', status: 503 }]);
    });

    /** What would be waited: it is announced before the wait begins, so nobody needs to sit through it. */
    async function announcedWait(reply: Reply): Promise<number | undefined> {
      const server = await serve(reply);
      const controller = new AbortController();
      let announced: number | undefined;
      const onRetry = ({ delayMs }: RetryEvent): void => {
        announced = delayMs;
        controller.abort();
      };
      const { signal } = controller;
      await failureOf(caller(server.origin, { hooks: { onRetry } }).call(mint, INPUT, { signal }));
      return announced;
    }

    it('of seconds wait so many', async () => {
      expect(await announcedWait(status(503, { 'retry-after': '7' }))).toBe(7_000);
    });

    it('of a date wait until then', async () => {
      const inThreeSeconds: Reply = (response, request) => {
        const date = new Date(Date.now() + 3_000).toUTCString();
        status(429, { 'retry-after': date })(response, request);
      };
      const wait = await announcedWait(inThreeSeconds);
      // A date has whole seconds, so this one lies between two and three of them ahead.
      expect(wait).toBeGreaterThan(1_000);
      expect(wait).toBeLessThanOrEqual(3_000);
    });

    it('that is not Retry-After’s to say, wait the backoff', async () => {
      const { retries, options } = listening();
      const server = await serve(status(503));
      const random = (): number => 0.1;
      await failureOf(
        caller(server.origin, options, { now: () => performance.now(), random }).call(mint, INPUT),
      );
      expect(retries.map(({ delayMs }) => delayMs)).toEqual([100, 200]);
    });

    it.each<[string, string, object, number]>([
      ['beyond 30 s', '31', {}, 31_000],
      ['of ten minutes', '600', {}, 600_000],
      ['beyond the deadline', '5', { deadlineMs: 4_000 }, 5_000],
    ])('%s are not made, and nobody sleeps', async (_, value, options, retryAfterMs) => {
      const { retries, options: hooks } = listening();
      const server = await serve(status(429, { 'retry-after': value }));
      const error = await failureOf(caller(server.origin, hooks).call(mint, INPUT, options));
      expect(error).toMatchObject({
        code: 'rate_limited',
        stoppedBy: 'retry_after_too_long',
        retryAfterMs,
        attempts: 1,
        retryable: true,
      });
      expect(retries).toEqual([]);
      expect(error.elapsedMs).toBeLessThan(3_000);
    });
  });

  describe('and the deadline', () => {
    it('are not begun when the wait would not end before it', async () => {
      const server = await serve(status(503));
      const error = await failureOf(caller(server.origin).call(mint, INPUT, { deadlineMs: 40 }));
      expect(error.stoppedBy).toBe('deadline');
      expect(server.received.length).toBeLessThanOrEqual(1);
    });

    it('are cut by it, in whichever attempt it comes', async () => {
      const server = await serve(status(503), hangs);
      const error = await failureOf(caller(server.origin).call(mint, INPUT, { deadlineMs: 800 }));
      expect(error).toMatchObject({ code: 'timeout', scope: 'deadline', attempts: 2, stoppedBy: 'deadline' });
      expect(error.elapsedMs).toBeLessThan(5_000);
    });
  });
});
