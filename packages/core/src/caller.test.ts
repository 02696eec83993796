import { Agent, RetryAgent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod/mini';
import { createCaller as createUndiciCaller } from './index.node.ts';
import { createCaller as createFetchCaller } from './index.ts';
import {
  acme,
  DOORS,
  KEY,
  mint,
  read,
  remove,
  start,
  TOKEN,
  type StartInput,
  type Token,
} from '../test/acme.ts';
import { callerFrom, failureOf, PROMPT, thrownBy } from '../test/calling.ts';
import { deadOrigin, json, page, serve, serveSockets, status, type Reply } from '../test/local-server.ts';
import { ERROR_MEANINGS } from './error-codes.ts';
import { defineOperation, type Operation } from './operation.ts';
import { requestCheck } from './request-check.ts';
import type { FetchLike } from './transport/fetch.ts';

const INPUT = { face: 'a-face' };
const TASK = { id: 'tokens.mintTwice' };
const CLOSED = { code: 'configuration', attempts: 0 };

const late =
  (ms: number): Reply =>
  (response, request) => {
    setTimeout(() => {
      json(TOKEN)(response, request);
    }, ms);
  };

describe.each(DOORS)('a caller over $transport', ({ createCaller }) => {
  const caller = callerFrom(createCaller);

  describe('refuses before anything is sent', () => {
    it('a request that breaks rules, and names them all', async () => {
      const server = await serve(json(TOKEN));
      const input = { fase: 'x', livekit_token: 7 } as unknown as typeof INPUT;
      const error = await failureOf(caller(server.origin).call(mint, input));
      expect(error).toMatchObject({ code: 'invalid_request', attempts: 0, stoppedBy: 'not_retryable' });
      expect(error.status).toBeUndefined();
      expect(error.message).toBe(
        'acme tokens.mint: the request was not sent: face is required; ' +
          'livekit_token must be a string, not a number; ' +
          'fase is not a field of this request; did you mean "face"?',
      );
      expect(error.issues).toContainEqual({ path: 'face', message: 'is required' });
      expect(server.received).toEqual([]);
    });

    it('a Bearer token that can be none', async () => {
      const server = await serve(json(TOKEN));
      const error = await failureOf(
        caller(server.origin).call(start, { session_token: 'token-1\r\nx-evil: 1' }),
      );
      expect(error).toMatchObject({ code: 'invalid_request', issues: [{ path: 'session_token' }] });
      expect(error.message).not.toContain('token-1');
      expect(server.received).toEqual([]);
    });

    it('an unknown option of the call', async () => {
      const server = await serve(json(TOKEN));
      const options = { timeoutMs: 5 } as object;
      const error = await failureOf(caller(server.origin).call(mint, INPUT, options));
      expect(error.code).toBe('configuration');
      expect(server.received).toEqual([]);
    });

    it.each<[string, Record<string, unknown>]>([
      [
        'holds itself',
        (() => {
          const loop: Record<string, unknown> = {};
          loop['loop'] = loop;
          return loop;
        })(),
      ],
      ['holds what JSON cannot', { big: 1n }],
    ])('an extraBody that %s, as an error of ours', async (_, extraBody) => {
      const server = await serve(json(TOKEN));
      const error = await failureOf(caller(server.origin).call(mint, INPUT, { extraBody }));
      expect(error).toMatchObject({ attempts: 0, retryable: false });
      expect(server.received).toEqual([]);
    });

    it('an id that is half a character, as an error of ours', async () => {
      const server = await serve(json(TOKEN));
      const error = await failureOf(caller(server.origin).call(read, { session_id: 'half-\ud83d' }));
      expect(error).toMatchObject({ attempts: 0, retryable: false });
      expect(server.received).toEqual([]);
    });

    it.each(['.', '..'])('an id that is %o, which would lead to another path', async (session_id) => {
      const server = await serve(json(TOKEN));
      const error = await failureOf(caller(server.origin).call(read, { session_id }));
      expect(error).toMatchObject({ code: 'invalid_request', attempts: 0 });
      expect(server.received).toEqual([]);
    });
  });

  describe('an operation that sends what its check lets through', () => {
    const loose = defineOperation({
      ...read,
      request: requestCheck<Record<string, unknown>>()(z.record(z.string(), z.unknown())),
      credential: 'api_key',
    });

    it.each<[string, Record<string, unknown>, string]>([
      ['no field for its placeholder', {}, 'session_id'],
      ['an object for its query', { session_id: 's', tags: { a: 1 } }, 'tags'],
    ])('refuses %s, before anything is sent', async (_, input, path) => {
      const server = await serve(json(TOKEN));
      const error = await failureOf(caller(server.origin).call(loose, input));
      expect(error).toMatchObject({ code: 'invalid_request', attempts: 0, issues: [{ path }] });
      expect(server.received).toEqual([]);
    });

    it('sends a list as a name repeated', async () => {
      const server = await serve(json(TOKEN));
      await caller(server.origin).call(read, { session_id: 's', tags: ['a', 'b'] });
      expect(server.received).toMatchObject([{ path: '/v1/sessions/s?tags=a&tags=b' }]);
    });
  });

  describe('an operation that promises nothing but its success', () => {
    it.each<[string, Reply]>([
      ['204', (response) => response.writeHead(204).end()],
      ['205', (response) => response.writeHead(205).end()],
      ['an empty 200', (response) => response.writeHead(200).end()],
      ['JSON of any form', json({ done: true, at: 7 })],
    ])('has succeeded with %s', async (_, reply) => {
      const differences: unknown[] = [];
      const server = await serve(reply);
      const hooks = { onSchemaDrift: (event: unknown) => differences.push(event) };
      const call = caller(server.origin, { hooks }).call(remove, { session_id: 's' });
      await expect(call).resolves.toBeUndefined();
      expect(server.received).toMatchObject([{ method: 'DELETE', path: '/v1/sessions/s', body: '' }]);
      expect(differences).toEqual([]);
    });

    it.each<[string, Reply, string]>([
      ['a page', page('<!doctype html><p>Welcome', 200, 'text/html'), 'an HTML page'],
      ['cut JSON', page('{"code":', 200, 'application/json'), 'a body that is not JSON'],
    ])('has not succeeded with %s', async (_, reply, words) => {
      const server = await serve(reply);
      const error = await failureOf(caller(server.origin).call(remove, { session_id: 's' }));
      expect(error).toMatchObject({ code: 'invalid_response', status: 200 });
      expect(error.message).toContain(words);
    });

    it('has failed with an empty answer whose status says so', async () => {
      const server = await serve((response) => response.writeHead(404).end());
      const error = await failureOf(caller(server.origin).call(remove, { session_id: 's' }));
      expect(error).toMatchObject({ code: 'not_found', status: 404 });
    });
  });

  describe('the result', () => {
    const dated = defineOperation({
      ...mint,
      result: (answer: { token: string }, { date }: { date: Date }) => ({ ...answer, date }),
    });

    it('may hold when the vendor answered, by its own clock', async () => {
      const server = await serve(json(TOKEN, 200, { date: 'Sun, 06 Nov 1994 08:49:37 GMT' }));
      expect(await caller(server.origin).call(dated, INPUT)).toEqual({
        ...TOKEN,
        date: new Date('1994-11-06T08:49:37Z'),
      });
    });

    it('goes by this machine’s clock where the vendor’s says nothing', async () => {
      const server = await serve(json(TOKEN, 200, { date: 'teatime' }));
      const before = Date.now();
      const { date } = await caller(server.origin).call(dated, INPUT);
      expect(date.getTime()).toBeGreaterThanOrEqual(before);
      expect(date.getTime()).toBeLessThanOrEqual(Date.now());
    });
  });

  describe('later()', () => {
    it('runs a task after a while, and its failure ends nothing', async () => {
      const server = await serve(status(404));
      const client = caller(server.origin);
      client.later(10, (call) => call(mint, INPUT));
      await expect.poll(() => server.received.length).toBe(1);
      await client.close();
      expect(server.received).toHaveLength(1);
    });

    it('runs at once what a held task puts off while the client is closed', async () => {
      const server = await serve(json(TOKEN));
      const client = caller(server.origin);
      let closed: Promise<unknown> | undefined;
      await client.hold(TASK, (call) => {
        closed = client.close();
        client.later(3_600_000, () => call(mint, INPUT));
        return Promise.resolve();
      });
      await closed;
      expect(server.received).toHaveLength(1);
    });
  });

  describe('callInTurn()', () => {
    const NEVER = new Promise<boolean>(() => undefined);
    const SESSION = { session_id: 'a-session' };

    it('sends when its turn comes, and nothing where nothing is left to do', async () => {
      const server = await serve(status(204));
      const client = caller(server.origin);
      await client.callInTurn(Promise.resolve(false), remove, SESSION);
      expect(server.received).toEqual([]);
      await client.callInTurn(Promise.resolve(true), remove, SESSION);
      expect(server.received).toHaveLength(1);
    });

    it('waits no longer than its deadline, and says so as a call does', async () => {
      const server = await serve(status(204));
      const heard: unknown[] = [];
      const client = caller(server.origin, { hooks: { onError: ({ error }) => heard.push(error) } });
      const error = await failureOf(client.callInTurn(NEVER, remove, SESSION, { deadlineMs: 30 }));
      expect(error).toMatchObject({ code: 'timeout', scope: 'deadline', stoppedBy: 'deadline', attempts: 0 });
      expect(error.message).toBe('acme sessions.remove: the call took longer than 30 ms');
      expect(heard).toEqual([error]);
      expect(server.received).toEqual([]);
    });

    it('ends with its signal, before as well as meanwhile', async () => {
      const server = await serve(status(204));
      const client = caller(server.origin);
      const controller = new AbortController();
      const { signal } = controller;
      const waiting = failureOf(client.callInTurn(NEVER, remove, SESSION, { signal }));
      controller.abort(new Error('gone'));
      expect(await waiting).toMatchObject({ code: 'aborted', cause: signal.reason as Error, attempts: 0 });
      const late = client.callInTurn(NEVER, remove, SESSION, { signal });
      expect(await failureOf(late)).toMatchObject({ code: 'aborted' });
      expect(server.received).toEqual([]);
    });
  });

  describe('a 401', () => {
    const hintOf = async (credential: Operation<StartInput, Token>['credential']): Promise<string> => {
      const server = await serve(status(401));
      const operation = defineOperation({ ...start, credential });
      const error = await failureOf(caller(server.origin).call(operation, { session_token: 'token-1' }));
      expect(error.code).toBe('invalid_key');
      return error.hint;
    };

    it('sends whoever calls with a key to look at the key', async () => {
      expect(await hintOf('api_key')).toBe(ERROR_MEANINGS.invalid_key.hint);
    });

    it('speaks of no key where the call carried a token, or nothing', async () => {
      expect(await hintOf({ bearer: 'session_token' })).toMatch(/^Mint a new token: /);
      expect(await hintOf('none')).toMatch(/^Check the base URL .* needs no key\.$/);
    });
  });

  describe('close()', () => {
    it('refuses every later call', async () => {
      const server = await serve(json(TOKEN));
      const client = caller(server.origin);
      await client.call(mint, INPUT);
      await client.close();
      const error = await failureOf(client.call(mint, INPUT));
      expect(error).toMatchObject({ code: 'configuration', attempts: 0 });
      expect(error.message).toContain('was closed and takes no more calls');
      expect(server.received).toHaveLength(1);
    });

    it('may be called twice, and on a caller that was never used', async () => {
      const client = caller('https://api.acme.example');
      await client.close();
      await client.close();
      expect(await failureOf(client.call(mint, INPUT))).toMatchObject({ code: 'configuration' });
    });

    it.each<[string, readonly [Reply, ...Reply[]], object]>([
      ['in an attempt', [late(100)], {}],
      ['waiting for a retry', [status(503), json(TOKEN)], {}],
      [
        'asking for its key',
        [json(TOKEN)],
        { apiKey: () => new Promise((resolve) => setTimeout(resolve, 50, KEY)) },
      ],
    ])('waits for a call that is %s, and lets it end well', async (_, replies, options) => {
      const server = await serve(...replies);
      const client = caller(server.origin, options);
      const ended: string[] = [];
      const call = client.call(mint, INPUT).finally(() => ended.push('call'));
      if (_ === 'waiting for a retry') await expect.poll(() => server.received.length).toBe(1);
      const closed = client.close().then(() => ended.push('close'));
      expect(await call).toEqual(TOKEN);
      await closed;
      expect(ended).toEqual(['call', 'close']);
    });

    it('waits for a held task to its end, and lets it call until then', async () => {
      const server = await serve(json(TOKEN));
      const client = caller(server.origin);
      const ended: string[] = [];
      let closed: Promise<unknown> | undefined;
      const task = client.hold(TASK, async (call) => {
        await call(mint, INPUT);
        closed = client.close().then(() => ended.push('close'));
        expect(await failureOf(client.call(mint, INPUT))).toMatchObject({ code: 'configuration' });
        const token = await call(mint, INPUT);
        ended.push('task');
        return token;
      });
      expect(await task).toEqual(TOKEN);
      await closed;
      expect(ended).toEqual(['task', 'close']);
      expect(server.received).toHaveLength(2);
    });

    it('refuses a task that would be held afterwards, and is to be seen', async () => {
      const heard: unknown[] = [];
      const hooks = { onError: ({ error }: { error: unknown }) => heard.push(error) };
      const client = caller('https://api.acme.example', { hooks });
      expect(client.closed).toBe(false);
      await client.close();
      expect(client.closed).toBe(true);
      const error = await failureOf(client.hold(TASK, () => Promise.resolve('never')));
      expect(error).toMatchObject({ ...CLOSED, operation: 'tokens.mintTwice', issues: [{ path: 'client' }] });
      expect(heard).toEqual([error]);
    });

    it('lets a held task refuse what it was given, as a call does', async () => {
      const heard: unknown[] = [];
      const hooks = { onError: ({ error }: { error: unknown }) => heard.push(error) };
      const client = caller('https://api.acme.example', { hooks });
      const task = client.hold(TASK, (_, refuse) => Promise.reject(refuse('twice', 'must be a number')));
      const error = await failureOf(task);
      expect(error.message).toBe('acme tokens.mintTwice: twice must be a number');
      expect(error).toMatchObject({ code: 'configuration', issues: [{ path: 'twice' }] });
      expect(error.requestId).toMatch(/\S/);
      expect(heard).toEqual([error]);
    });

    it('does not wait for ever for a held task that throws', async () => {
      const client = caller('https://api.acme.example');
      const task = client.hold(TASK, () => Promise.reject(new RangeError('its own')));
      await expect(task).rejects.toThrow('its own');
      await client.close();
    });

    it('makes at once, and waits for, what was put off, once', async () => {
      const server = await serve(late(20));
      const client = caller(server.origin);
      const ended: string[] = [];
      client.later(3_600_000, (call) => call(mint, INPUT).finally(() => ended.push('task')));
      expect(server.received).toEqual([]);
      await client.close().then(() => ended.push('close'));
      await client.close();
      expect(ended).toEqual(['task', 'close']);
      expect(server.received).toHaveLength(1);
    });

    it('does not fail because a call fails', async () => {
      const server = await serve(status(404));
      const client = caller(server.origin);
      const call = failureOf(client.call(mint, INPUT));
      await client.close();
      expect(await call).toMatchObject({ code: 'not_found' });
    });
  });
});

describe('warmUp()', () => {
  const caller = callerFrom(createUndiciCaller);

  it('opens the connection that the first call then uses, and sends nothing on it', async () => {
    let connections = 0;
    let heard = '';
    const { origin } = await serveSockets((socket) => {
      connections++;
      socket.on('data', (chunk) => {
        heard += chunk.toString();
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 19\r\n\r\n{"token":"a-token"}');
      });
    });
    const client = caller(origin);
    expect(await client.warmUp()).toBe(true);
    await expect.poll(() => connections).toBe(1);
    expect(heard).toBe('');
    expect(await client.call(mint, INPUT)).toEqual(TOKEN);
    expect(connections).toBe(1);
    expect(heard).toMatch(/^POST \/v1\/tokens HTTP\/1\.1\r\n/);
  });

  it('is no harm when the connection that it opened has gone', async () => {
    const server = await serve(json(TOKEN));
    const client = caller(server.origin);
    expect(await client.warmUp()).toBe(true);
    server.dropConnections();
    expect(await client.call(mint, INPUT)).toEqual(TOKEN);
  });

  it('says no where nobody listens, and leaves the error to the call', async () => {
    const client = caller(await deadOrigin());
    expect(await client.warmUp()).toBe(false);
    expect(await failureOf(client.call(mint, INPUT))).toMatchObject({ code: 'connection', attempts: 3 });
  });

  it('says no on a closed caller, over fetch, and over a dispatcher of the caller’s own', async () => {
    const server = await serve(json(TOKEN));
    const closed = caller(server.origin);
    await closed.close();
    const dispatcher = new Agent();
    onTestFinished(() => dispatcher.close());
    expect(await closed.warmUp()).toBe(false);
    expect(await caller(server.origin, { fetch }).warmUp()).toBe(false);
    expect(await caller(server.origin, { dispatcher }).warmUp()).toBe(false);
  });
});

describe('another transport', () => {
  it('may be a fetch, given to either door', async () => {
    for (const { createCaller } of DOORS) {
      const asked: string[] = [];
      const fetch: FetchLike = (url, init) => {
        asked.push(`${init.method} ${url} ${init.headers['x-acme-key'] ?? ''} ${init.redirect}`);
        return Promise.resolve(Response.json(TOKEN));
      };
      expect(await callerFrom(createCaller)('https://edge.example/api', { fetch }).call(mint, INPUT)).toEqual(
        TOKEN,
      );
      expect(asked).toEqual([`POST https://edge.example/api/v1/tokens ${KEY} manual`]);
    }
  });

  it.each<[string, FetchLike]>([
    [
      'throws',
      () => {
        throw new Error('no network');
      },
    ],
    ['rejects with no error', () => Promise.reject(new Error('no network'))],
    [
      'answers with a body that breaks',
      () =>
        Promise.resolve(
          new Response(
            new ReadableStream({
              pull: (stream) => {
                stream.error(new Error('torn'));
              },
            }),
          ),
        ),
    ],
  ])('that %s is a connection that failed', async (_, fetch) => {
    const client = callerFrom(createUndiciCaller)('https://edge.example', { fetch });
    expect(await failureOf(client.call(mint, INPUT, { maxAttempts: 1 }))).toMatchObject({
      code: 'connection',
    });
  });

  it('that does not heed its signal cannot hold a call beyond its time', async () => {
    const fetch: FetchLike = () => new Promise(() => undefined);
    const client = callerFrom(createUndiciCaller)('https://edge.example', { fetch });
    const error = await failureOf(client.call(mint, INPUT, { attemptTimeoutMs: 50, maxAttempts: 1 }));
    expect(error).toMatchObject({ code: 'timeout', scope: 'attempt' });
  });
});

describe('a dispatcher of the caller’s own', () => {
  it('carries the calls, and stays open when the caller is closed', async () => {
    const server = await serve(json(TOKEN));
    const dispatcher = new Agent();
    onTestFinished(() => dispatcher.close());
    const client = createUndiciCaller(acme, { apiKey: KEY, baseUrl: server.origin, dispatcher }, PROMPT);
    expect(await client.call(mint, INPUT)).toEqual(TOKEN);
    await client.close();
    expect(dispatcher.closed).toBe(false);
    const second = createUndiciCaller(acme, { apiKey: KEY, baseUrl: server.origin, dispatcher }, PROMPT);
    expect(await second.call(mint, INPUT)).toEqual(TOKEN);
  });

  it('is the only way out: what it refuses is not sent otherwise', async () => {
    const server = await serve(json(TOKEN));
    const dispatcher = new Agent();
    await dispatcher.close();
    const client = callerFrom(createUndiciCaller)(server.origin, { dispatcher });
    expect(await failureOf(client.call(mint, INPUT))).toMatchObject({
      code: 'connection',
      attempts: 1,
      stoppedBy: 'not_retryable',
    });
    expect(server.received).toEqual([]);
  });

  it('is refused where requests cannot go through it', () => {
    const dispatcher = { dispatch: () => true };
    const error = thrownBy(() => createFetchCaller(acme, { apiKey: KEY, dispatcher }));
    expect(error).toMatchObject({ code: 'configuration', issues: [{ path: 'dispatcher' }] });
    expect(error.message).toBe('acme: dispatcher works on Node only; here, give "fetch" instead');
  });

  it('may lead elsewhere, as a proxy does', async () => {
    const server = await serve(json(TOKEN));
    const agent = new Agent();
    onTestFinished(() => agent.close());
    const dispatcher = {
      dispatch: (options: Parameters<Agent['dispatch']>[0], handler: Parameters<Agent['dispatch']>[1]) =>
        agent.dispatch({ ...options, origin: server.origin, path: `/via-proxy${options.path}` }, handler),
    };
    const client = callerFrom(createUndiciCaller)(await deadOrigin(), { dispatcher });
    expect(await client.call(mint, INPUT)).toEqual(TOKEN);
    expect(server.received[0]?.path).toBe('/via-proxy/v1/tokens');
  });

  it('that sends once more by itself does not make a billed start look unsent', async () => {
    let sent = 0;
    const { origin, close } = await serveSockets((socket) => {
      // Nobody listens any more when the dispatcher tries again.
      close();
      socket.once('data', () => {
        sent++;
        socket.resetAndDestroy();
      });
    });
    const agent = new Agent();
    onTestFinished(() => agent.close());
    const dispatcher = new RetryAgent(agent, { methods: ['POST'], maxRetries: 1, minTimeout: 1 });
    const client = callerFrom(createUndiciCaller)(origin, { dispatcher });
    const error = await failureOf(client.call(start, { session_token: 'a-session-token' }));
    expect(error).toMatchObject({ code: 'connection', phase: 'sent', attempts: 1, retryable: false });
    expect(error.message).toContain('ECONNREFUSED');
    expect(sent).toBe(1);
  });

  it('never sends a request that is cancelled while it waits in its queue', async () => {
    let free: () => void = () => undefined;
    const server = await serve((response, request) => {
      if (request.body.includes('first')) free = json(TOKEN).bind(undefined, response, request);
      else json(TOKEN)(response, request);
    });
    const dispatcher = new Agent({ connections: 1 });
    onTestFinished(() => dispatcher.destroy());
    const client = callerFrom(createUndiciCaller)(server.origin, { dispatcher });
    const first = client.call(mint, { face: 'first' });
    await expect.poll(() => server.received.length).toBe(1);
    const limits = { attemptTimeoutMs: 50, maxAttempts: 1 };
    expect(await failureOf(client.call(mint, { face: 'timed out' }, limits))).toMatchObject({
      code: 'timeout',
      phase: 'connect',
    });
    const controller = new AbortController();
    const aborted = failureOf(client.call(mint, { face: 'aborted' }, { signal: controller.signal }));
    const last = client.call(mint, { face: 'last' });
    controller.abort();
    expect(await aborted).toMatchObject({ code: 'aborted' });
    free();
    expect(await Promise.all([first, last])).toEqual([TOKEN, TOKEN]);
    expect(server.received.map(({ body }) => body)).toEqual(['{"face":"first"}', '{"face":"last"}']);
  });
});
