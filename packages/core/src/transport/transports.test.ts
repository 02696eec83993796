import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { DOORS, KEY, mint, read, start, TOKEN } from '../../test/acme.ts';
import { callerFrom, failureOf } from '../../test/calling.ts';
import {
  deadOrigin,
  hangs,
  json,
  page,
  resets,
  resetsInBody,
  serve,
  serveSockets,
  stalls,
  status,
  trickles,
  truncates,
  type Reply,
} from '../../test/local-server.ts';
import { RESPONSE_BODY_MAX_BYTES } from '../constants.ts';

const INPUT = { face: 'a-face' };
const ONCE = { maxAttempts: 1 };

// One suite for both transports: a caller must not be able to tell which one carried its call.
describe.each(DOORS)('over $transport', ({ transport, createCaller }) => {
  const caller = callerFrom(createCaller);

  describe('an exchange', () => {
    it('carries method, path, query, headers and body', async () => {
      const server = await serve(json(TOKEN));
      const acme = caller(`${server.origin}/proxy`);
      await acme.call(mint, { face: 'ünï' }, { headers: { 'X-Trace': 'trace-1' } });
      await acme.call(read, { session_id: 'a b', limit: 2 });
      const [first, second] = server.received;
      expect(first).toMatchObject({ method: 'POST', path: '/proxy/v1/tokens', body: '{"face":"ünï"}' });
      expect(first?.headers).toMatchObject({
        accept: 'application/json',
        'content-type': 'application/json',
        'user-agent': 'acme-server-client',
        'x-acme-key': KEY,
        'x-trace': 'trace-1',
      });
      expect(second).toMatchObject({ method: 'GET', path: '/proxy/v1/sessions/a%20b?limit=2', body: '' });
      expect(second?.headers).not.toHaveProperty('content-type');
    });

    it('brings the answer, whatever its declared type', async () => {
      const server = await serve(page(JSON.stringify(TOKEN), 200, 'text/plain'));
      expect(await caller(server.origin).call(mint, INPUT)).toEqual(TOKEN);
    });

    it('puts characters together that came in pieces', async () => {
      const bytes = Buffer.from('{"token":"tökên-✓"}');
      const server = await serve((response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        // In the middle of the first two-byte character.
        response.write(bytes.subarray(0, 12));
        setTimeout(() => response.end(bytes.subarray(12)), 20);
      });
      expect(await caller(server.origin).call(mint, INPUT)).toEqual({ token: 'tökên-✓' });
    });

    it('takes JSON that begins with a byte order mark', async () => {
      const server = await serve(page(`\ufeff${JSON.stringify(TOKEN)}`, 200, 'application/json'));
      expect(await caller(server.origin).call(mint, INPUT)).toEqual(TOKEN);
    });

    it('is not confused by an informational answer before the real one', async () => {
      const server = await serve((response, request) => {
        response.writeEarlyHints({ link: '</a>; rel=preload' });
        json(TOKEN)(response, request);
      });
      expect(await caller(server.origin).call(mint, INPUT)).toEqual(TOKEN);
    });

    it('runs beside many others', async () => {
      const server = await serve(json(TOKEN));
      const acme = caller(server.origin);
      const tokens = await Promise.all(Array.from({ length: 200 }, () => acme.call(mint, INPUT)));
      expect(tokens).toHaveLength(200);
      expect(server.received).toHaveLength(200);
    });
  });

  describe('a connection that fails', () => {
    it('says that nobody listens', async () => {
      const error = await failureOf(caller(await deadOrigin()).call(mint, INPUT, ONCE));
      expect(error).toMatchObject({ code: 'connection', phase: 'connect', retryable: true });
      expect(error.message).toMatch(/^acme tokens\.mint: the connection failed \(connect\): .*ECONNREFUSED/);
      expect(error.status).toBeUndefined();
    });

    it('says that the name is unknown', async () => {
      const error = await failureOf(caller('https://nowhere.invalid').call(mint, INPUT, ONCE));
      expect(error).toMatchObject({ code: 'connection', phase: 'dns', retryable: true });
    });

    it('says that the other side is no TLS server, which a repeat does not cure', async () => {
      const server = await serve(json(TOKEN));
      const origin = server.origin.replace('http:', 'https:');
      const error = await failureOf(caller(origin).call(mint, INPUT));
      expect(error).toMatchObject({ code: 'connection', phase: 'tls', attempts: 1, retryable: false });
    });

    it.each([
      ['reset before the headers', resets, 'sent'],
      ['reset in the body', resetsInBody, 'body'],
      ['ended before the promised length', truncates, 'body'],
    ])('says that it was %s', async (_, reply, phase) => {
      const server = await serve(reply);
      const error = await failureOf(caller(server.origin).call(mint, INPUT, ONCE));
      expect(error).toMatchObject({ code: 'connection', phase, retryable: true });
    });

    it('says that it was closed without a word', async () => {
      const { origin } = await serveSockets((socket) => {
        socket.once('data', () => socket.end());
      });
      const error = await failureOf(caller(origin).call(mint, INPUT, ONCE));
      expect(error).toMatchObject({ code: 'connection', phase: 'sent' });
    });

    it('says that what came is no HTTP', async () => {
      const { origin } = await serveSockets((socket) => {
        socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
      });
      const error = await failureOf(caller(origin).call(mint, INPUT, ONCE));
      expect(error).toMatchObject({ code: 'connection', phase: 'sent' });
    });
  });

  describe('an attempt that takes too long', () => {
    const limits = { attemptTimeoutMs: 300, maxAttempts: 1 };

    it.each([
      ['no answer begins', hangs, 'headers'],
      ['the body stalls', stalls, 'body'],
      ['the body trickles without end', trickles, 'body'],
    ])('is ended when %s', async (_, reply, phase) => {
      const server = await serve(reply);
      const error = await failureOf(caller(server.origin).call(mint, INPUT, limits));
      expect(error).toMatchObject({ code: 'timeout', scope: 'attempt', phase, stoppedBy: 'attempts' });
      expect(error.message).toBe(`acme tokens.mint: the attempt took longer than 300 ms (phase: ${phase})`);
      expect(error.elapsedMs).toBeLessThan(5_000);
    });

    it('is not ended when its answer is here, and only the process was busy', async () => {
      const server = await serve((response, request) => {
        response.on('finish', () => {
          const until = performance.now() + 1_500;
          while (performance.now() < until);
        });
        json(TOKEN)(response, request);
      });
      const call = caller(server.origin).call(
        start,
        { session_token: 'a-token' },
        { attemptTimeoutMs: 1_000 },
      );
      expect(await call).toEqual(TOKEN);
    });

    it('lets go of its connection', async () => {
      let onClosed: () => void;
      const closed = new Promise<void>((resolve) => (onClosed = resolve));
      const server = await serve((response, request) => {
        response.on('close', onClosed);
        stalls(response, request);
      });
      await failureOf(caller(server.origin).call(mint, INPUT, limits));
      await closed;
    });

    it('belongs to the deadline where that is nearer', async () => {
      const server = await serve(hangs);
      const error = await failureOf(caller(server.origin).call(mint, INPUT, { deadlineMs: 300 }));
      expect(error).toMatchObject({ code: 'timeout', scope: 'deadline', stoppedBy: 'deadline', attempts: 1 });
      expect(error.message).toContain('the call took longer than 300 ms');
    });
  });

  describe('a body', () => {
    const tooLarge = 'x'.repeat(RESPONSE_BODY_MAX_BYTES + 1);

    it('may be as large as the limit', async () => {
      const padding = ' '.repeat(RESPONSE_BODY_MAX_BYTES - JSON.stringify(TOKEN).length);
      const server = await serve(page(JSON.stringify(TOKEN) + padding, 200, 'application/json'));
      expect(await caller(server.origin).call(mint, INPUT)).toEqual(TOKEN);
    });

    it('larger than the limit is refused when its length was announced', async () => {
      const server = await serve((response) => {
        response.writeHead(200, { 'content-length': String(tooLarge.length) }).end(tooLarge);
      });
      const error = await failureOf(caller(server.origin).call(mint, INPUT));
      expect(error).toMatchObject({ code: 'invalid_response', stoppedBy: 'not_retryable', attempts: 1 });
      expect(error.message).toBe('acme tokens.mint: the answer is larger than 1048576 bytes');
    });

    it('larger than the limit is refused when it comes in pieces without end', async () => {
      const server = await serve((response) => {
        const more = (): void => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
        };
        response.on('drain', more);
        more();
      });
      const error = await failureOf(caller(server.origin).call(mint, INPUT));
      expect(error).toMatchObject({ code: 'invalid_response', attempts: 1 });
    });

    it('is asked for as it is where nobody would decode it', async () => {
      const server = await serve(json(TOKEN));
      await caller(server.origin).call(mint, INPUT);
      const { 'accept-encoding': encodings = '' } = server.received[0]?.headers ?? {};
      if (transport === 'undici') expect(encodings).toBe('identity');
      else expect(encodings).toContain('gzip');
    });

    it('that was compressed against our will does no harm', async () => {
      const server = await serve((response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
        response.end(gzipSync(JSON.stringify(TOKEN)));
      });
      const outcome = await caller(server.origin)
        .call(mint, INPUT)
        .catch((error: unknown) => error);
      // fetch asks for gzip and unpacks it; undici asked for none and gets what it cannot read.
      if (transport === 'fetch') expect(outcome).toEqual(TOKEN);
      else
        expect(outcome).toMatchObject({
          code: 'invalid_response',
          message: 'acme tokens.mint: answered 200, a body in the encoding gzip',
        });
    });

    it('of a refusal that was compressed becomes no mess', async () => {
      const server = await serve((response) => {
        response.writeHead(502, { 'content-type': 'text/plain', 'content-encoding': 'gzip' });
        response.end(gzipSync('no healthy upstream'));
      });
      const { message } = await failureOf(caller(server.origin).call(mint, INPUT, ONCE));
      const words = transport === 'fetch' ? 'no healthy upstream' : 'a body in the encoding gzip';
      expect(message).toBe(`acme tokens.mint: answered 502, ${words}`);
    });

    it.each<[string, ReturnType<typeof json>, string]>([
      ['a page', page('<!doctype html><p>Hello', 200, 'text/html'), 'answered 200, an HTML page'],
      [
        'a page that is called something else',
        page(' <HTML>', 200, 'text/plain'),
        'answered 200, an HTML page',
      ],
      ['plain text', page('OK', 200, 'text/plain'), 'answered 200, a body that is not JSON'],
      ['cut JSON', page('{"token":"a-', 200, 'application/json'), 'answered 200, a body that is not JSON'],
      ['nothing', page('', 200, 'application/json'), 'answered 200, an empty body'],
      ['nothing on purpose', (response) => response.writeHead(204).end(), 'answered 204, an empty body'],
      [
        'JSON without the promise',
        json({}),
        'answered 200, a success without what is promised: token is required',
      ],
      [
        'JSON of another form',
        json(['a']),
        'answered 200, a success without what is promised: the answer must be an object, not an array',
      ],
      [
        'null',
        json(null),
        'answered 200, a success without what is promised: the answer must be an object, not null',
      ],
    ])('of a success that is %s is no success', async (_, reply, words) => {
      const server = await serve(reply);
      const error = await failureOf(caller(server.origin).call(mint, INPUT));
      expect(error).toMatchObject({ code: 'invalid_response', stoppedBy: 'not_retryable', retryable: false });
      expect(error.message).toBe(`acme tokens.mint: ${words}`);
      expect(server.received).toHaveLength(1);
    });

    it.each<[string, ReturnType<typeof json>, string]>([
      [
        'an HTML page',
        page(`<html>${'<p>Bad gateway'.repeat(1_000)}`, 502, 'text/html; charset=utf-8'),
        'answered 502, an HTML page',
      ],
      ['plain text', page('  no healthy upstream\n', 503, 'text/plain'), 'answered 503, no healthy upstream'],
      ['plain text of a server error', page('oops', 500, 'text/plain'), 'answered 500, oops'],
      ['long text', page('x'.repeat(5_000), 500, 'text/plain'), `answered 500, ${'x'.repeat(499)}…`],
      ['nothing', page('', 500, 'text/plain'), 'answered 500'],
      ['white space', page(' \n', 500, 'text/plain'), 'answered 500'],
      ['cut JSON', page('{"session_token":"gAAAAABn', 401, 'application/json'), 'answered 401, broken JSON'],
      ['a cut list', page('\ufeff [{"token":"gAAAAABn', 500, 'text/plain'), 'answered 500, broken JSON'],
      ['a text in JSON', json(' no such face', 404), 'answered 404, no such face'],
      [
        'plain text that would forge a line of a log',
        page('no\n{"level":"info"}\u001b[2J', 400, 'text/plain'),
        'answered 400, no {"level":"info"}\\u001b[2J',
      ],
      [
        'a list of faults',
        json(
          {
            detail: [
              { loc: ['body', 'face'], msg: 'is unknown' },
              { loc: ['body'], msg: 'is odd' },
            ],
          },
          422,
        ),
        'answered 422, face is unknown; the request is odd',
      ],
      ['JSON without words', json({ trace: 'x' }, 500), 'answered 500'],
      [
        'JSON with words',
        json({ code: 'BAD', detail: 'no such face' }, 404),
        'answered 404, BAD, no such face',
      ],
    ])('of an error that is %s becomes a short message', async (_, reply, words) => {
      const server = await serve(reply);
      const error = await failureOf(caller(server.origin).call(mint, INPUT, ONCE));
      const shown = `acme tokens.mint: ${words}`;
      expect(error.message).toBe(
        shown.length > 600 ? shown.slice(0, 600) : shown.replace(/x{499}…$/, `${'x'.repeat(485)}…`),
      );
      expect(error.status).toBe(Number(words.split(/\D+/)[1]));
    });
  });

  describe('a refusal whose body fails', () => {
    const words = '{"code":"TOO_MANY_SESSIONS","detail":"no more than 5"}';
    const begins = (status: number, body: string, headers: Readonly<Record<string, string>>): Reply =>
      function (response) {
        response.writeHead(status, { 'content-length': String(body.length + 500), ...headers });
        response.write(body);
      };
    const breaksOff: Failing = (...answer) => {
      const begin = begins(...answer);
      return (response, request) => {
        begin(response, request);
        response.write('', () => response.socket?.end());
      };
    };
    const isReset: Failing = (...answer) => {
      const begin = begins(...answer);
      return (response, request) => {
        begin(response, request);
        setTimeout(() => response.socket?.resetAndDestroy(), 20);
      };
    };
    const isTooLarge: Failing = (status, body, headers) =>
      page(body + 'x'.repeat(RESPONSE_BODY_MAX_BYTES), status, 'text/plain', headers);

    type Failing = (status: number, body: string, headers: Readonly<Record<string, string>>) => Reply;
    const FAILING: readonly [string, Failing][] = [
      ['breaks off', breaksOff],
      ['is reset', isReset],
      ['stalls', begins],
      ['is too large', isTooLarge],
    ];
    // Of those, only what stalls waits for it.
    const limits = { attemptTimeoutMs: 1_000 };

    it.each(FAILING)('is read by its status and headers: it %s', async (_, failing) => {
      const onResponse = vi.fn();
      const retryAfter = { 'retry-after': '600' };
      const server = await serve(failing(429, '', retryAfter), failing(401, 'your key is acm', {}));
      const client = caller(server.origin, { hooks: { onResponse } });
      expect(await failureOf(client.call(mint, INPUT, limits))).toMatchObject({
        code: 'rate_limited',
        status: 429,
        retryAfterMs: 600_000,
        stoppedBy: 'retry_after_too_long',
        attempts: 1,
      });
      const error = await failureOf(client.call(mint, INPUT, limits));
      expect(error).toMatchObject({
        code: 'invalid_key',
        status: 401,
        attempts: 1,
        vendorMessage: undefined,
      });
      // What broke off may have broken off in the middle of a secret.
      expect(error.message).toMatch(
        /^acme tokens\.mint: answered 401, a body (that broke off|larger than 1048576 bytes)$/,
      );
      expect(onResponse.mock.calls.map(([event]) => (event as { status: number }).status)).toEqual([
        429, 401,
      ]);
    });

    it.each(FAILING)(
      'may be repeated where its status says so, though it is billed: it %s',
      async (_, failing) => {
        const server = await serve(failing(429, '{"det', { 'retry-after-ms': '1' }), json(TOKEN));
        expect(await caller(server.origin).call(start, { session_token: 'a-token' }, limits)).toEqual(TOKEN);
        expect(server.received).toHaveLength(2);
      },
    );

    it.each(FAILING)('is not repeated where the vendor may have acted: it %s', async (_, failing) => {
      const server = await serve(failing(500, '{"det', {}), json(TOKEN));
      const call = caller(server.origin).call(start, { session_token: 'a-token' }, limits);
      expect(await failureOf(call)).toMatchObject({ code: 'vendor_error', status: 500, attempts: 1 });
      expect(server.received).toHaveLength(1);
    });

    it.each(FAILING.slice(0, 3))('is read as far as it came, if that is whole: it %s', async (_, failing) => {
      const server = await serve(failing(429, words, {}));
      expect(await failureOf(caller(server.origin).call(mint, INPUT, limits))).toMatchObject({
        code: 'concurrency_limit',
        vendorMessage: 'no more than 5',
        attempts: 1,
      });
    });

    it('is still a page', async () => {
      const server = await serve(page(`<html>${'x'.repeat(RESPONSE_BODY_MAX_BYTES)}`, 503, 'text/html'));
      const { message } = await failureOf(caller(server.origin).call(mint, INPUT, ONCE));
      expect(message).toBe('acme tokens.mint: answered 503, an HTML page');
    });

    it('is out of time when the call is, and still says what it was', async () => {
      const server = await serve(begins(429, '', { 'retry-after': '1' }));
      const error = await failureOf(caller(server.origin).call(mint, INPUT, { deadlineMs: 800 }));
      expect(error).toMatchObject({ code: 'rate_limited', status: 429, attempts: 1, retryAfterMs: 1_000 });
    });
  });

  describe('a redirect', () => {
    it.each([301, 302, 303, 307, 308])(
      '%i is refused, and the key never reaches the other host',
      async (code) => {
        const elsewhere = await serve(json(TOKEN));
        const server = await serve(status(code, { location: `${elsewhere.origin}/v1/tokens` }));
        const error = await failureOf(caller(server.origin).call(mint, INPUT));
        expect(error).toMatchObject({
          code: 'invalid_response',
          status: code,
          attempts: 1,
          retryable: false,
        });
        expect(error.message).toBe(
          `acme tokens.mint: answered ${code}, a redirect, which a key never follows`,
        );
        expect(elsewhere.received).toEqual([]);
        expect(server.received).toHaveLength(1);
      },
    );

    it('is refused on the same host as well', async () => {
      const server = await serve(status(307, { location: '/elsewhere' }));
      await failureOf(caller(server.origin).call(mint, INPUT));
      expect(server.received.map(({ path }) => path)).toEqual(['/v1/tokens']);
    });
  });

  describe('what the vendor says', () => {
    it('is kept: code, words, issues, status', async () => {
      const detail = [{ loc: ['body', 'face'], msg: 'is unknown', type: 'x' }];
      const server = await serve(json({ code: 'BAD_FACE', detail }, 422));
      expect(await failureOf(caller(server.origin).call(mint, INPUT))).toMatchObject({
        code: 'invalid_request',
        status: 422,
        vendorCode: 'BAD_FACE',
        issues: [{ path: 'face', message: 'is unknown' }],
      });
    });

    it('is told by both transports in the same words', async () => {
      const server = await serve(json({ detail: 'no such face' }, 404));
      const error = await failureOf(caller(server.origin).call(mint, INPUT));
      const { requestId, elapsedMs, ...told } = error.toJSON();
      expect({ requestId: typeof requestId, elapsedMs: typeof elapsedMs }).toEqual({
        requestId: 'string',
        elapsedMs: 'number',
      });
      expect(told).toEqual({
        name: 'NotFoundError',
        message: 'acme tokens.mint: answered 404, no such face',
        code: 'not_found',
        vendor: 'acme',
        operation: 'tokens.mint',
        status: 404,
        vendorMessage: 'no such face',
        retryable: false,
        attempts: 1,
        stoppedBy: 'not_retryable',
        hint: 'Check the id, and that it belongs to the account of this key.',
      });
    });
  });
});
