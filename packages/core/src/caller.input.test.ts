import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { acme, DOORS, KEY, mint, start, TOKEN, type MintInput } from '../test/acme.ts';
import { callerFrom, failureOf } from '../test/calling.ts';
import { json, serve, type Reply } from '../test/local-server.ts';
import { answerNothing } from './answer-check.ts';
import { defineOperation } from './operation.ts';
import { requestCheck } from './request-check.ts';
import { defineVendor } from './vendor.ts';

/** Refuses with what the request was. */
const echoes: Reply = (response, { body, path, headers }) => {
  const { authorization, 'x-note': note } = headers;
  json({ detail: `refused: ${body} ${path} ${authorization ?? ''} ${String(note)}` }, 400)(response, {
    method: '',
    path,
    headers,
    body,
  });
};

interface ListInput {
  session_token: string;
  tokens: string[];
}

/** Secrets in the path and in the query. */
const list = defineOperation<ListInput, undefined>({
  id: 'sessions.list',
  method: 'GET',
  path: '/v1/{session_token}',
  credential: 'api_key',
  sends: 'query',
  repeat: 'safe',
  documentation: 'none: acme is made up',
  request: requestCheck<ListInput>()(
    z.strictObject({ session_token: z.string(), tokens: z.array(z.string()) }),
  ),
  answer: answerNothing,
});

const open = defineOperation<{ jwt: string }, undefined>({
  id: 'sessions.open',
  method: 'POST',
  path: '/v1/open',
  credential: { bearer: 'jwt' },
  sends: 'nothing',
  repeat: 'safe',
  documentation: 'none: acme is made up',
  request: requestCheck<{ jwt: string }>()(z.strictObject({ jwt: z.string() })),
  answer: answerNothing,
});

describe.each(DOORS)('an input that changes after the call, over $transport', ({ createCaller }) => {
  const caller = callerFrom(createCaller);

  it.each([
    ['a string', KEY],
    ['a function', () => KEY],
    ['an async function', () => Promise.resolve(KEY)],
  ])('is sent as it was when the key is %s', async (_, apiKey) => {
    const server = await serve(json(TOKEN));
    const client = caller(server.origin, { apiKey });
    const input: MintInput = { face: '' };
    const headers = new Headers();
    const extraBody = { user: '' };
    const calls = ['alice', 'bob', 'carol'].map((name) => {
      input.face = name;
      headers.set('x-user', name);
      extraBody.user = name;
      return client.call(mint, input, { headers, extraBody });
    });
    Object.assign(input, { face: 42, nonsense: 'unchecked' });
    await Promise.all(calls);
    const sent = server.received.map(({ headers: { 'x-user': user }, body }) => [user, body]);
    expect(new Map(sent as [string, string][])).toEqual(
      new Map(['alice', 'bob', 'carol'].map((name) => [name, `{"face":"${name}","user":"${name}"}`])),
    );
  });

  it.each([
    ['a string', KEY],
    ['a function', () => KEY],
  ])('shows none of the secrets that were sent, when the key is %s', async (_, apiKey) => {
    const server = await serve(echoes);
    const client = caller(server.origin, { apiKey });
    const settings = { llm: { api_key: 'secret-of-alice-1' } };
    const input = { face: 'f', livekit_token: 'secret-of-alice-2', settings };
    const headers = new Headers({ 'x-note': 'secret-of-alice-3' });
    const minted = failureOf(client.call(mint, input, { headers }));
    const tokens = ['secret-of-alice-4'];
    const session = { session_token: 'secret-of-alice-5' };
    const listed = failureOf(client.call(list, { ...session, tokens }));
    const started = failureOf(client.call(start, session));
    settings.llm.api_key = 'another-secret';
    input.livekit_token = 'another-secret';
    headers.set('x-note', 'another-secret');
    tokens[0] = 'another-secret';
    session.session_token = 'another-secret';
    for (const { message } of await Promise.all([minted, listed, started])) {
      expect(message).toContain('refused: ');
      expect(message).not.toContain('alice');
    }
  });
});

describe.each(DOORS)(
  'a credential that no field’s name calls secret, over $transport',
  ({ createCaller }) => {
    const echo: Reply = (response, request) => {
      const [, credential = ''] = request.headers.authorization?.split(' ') ?? [];
      json({ detail: `refused: ${credential}` }, 401)(response, request);
    };

    it('is not shown where the key is encoded in it', async () => {
      const server = await serve(echo);
      const basic = defineVendor({ ...acme, apiKeyHeader: (key) => ['authorization', `Basic ${btoa(key)}`] });
      const client = createCaller(basic, { apiKey: 'user@example.com:s3cr3t', baseUrl: server.origin });
      expect(await failureOf(client.call(mint, { face: 'f' }))).toMatchObject({
        vendorMessage: 'refused: [redacted]',
      });
      await client.close();
    });

    it('is not shown where it is a token of the input', async () => {
      const server = await serve(echo);
      const client = callerFrom(createCaller)(server.origin);
      expect(await failureOf(client.call(open, { jwt: 'opaque-credential' }))).toMatchObject({
        vendorMessage: 'refused: [redacted]',
      });
    });
  },
);

describe.each(DOORS)('a request that cannot be looked at, over $transport', ({ createCaller }) => {
  const UNSENT = { code: 'invalid_request', attempts: 0, retryable: false, stoppedBy: 'not_retryable' };
  const deepIn = (depth: number): object =>
    Array.from({ length: depth }).reduce<object>((inner) => ({ inner }), {});

  it.each([
    ['throws', z.refine(() => boom())],
    // As somebody writes it who does not know that nothing waits here.
    ['is async', z.refine(() => Promise.resolve(true))],
  ])('is not sent when its check %s', async (_, rule) => {
    const onError = vi.fn();
    const server = await serve(json(TOKEN));
    const broken = defineOperation({
      ...mint,
      request: requestCheck<MintInput>()(
        z.strictObject({
          face: z.string().check(rule),
          livekit_token: z.optional(z.string()),
          settings: z.optional(z.record(z.string(), z.unknown())),
        }),
      ),
    });
    const client = callerFrom(createCaller)(server.origin, { hooks: { onError } });
    const error = await failureOf(client.call(broken, { face: 'f' }));
    expect(error).toMatchObject(UNSENT);
    expect(error.message).toBe('acme tokens.mint: the request was not sent: checking it failed');
    expect(onError).toHaveBeenCalledTimes(1);
    expect(server.received).toEqual([]);
  });

  it('is not sent when reading it throws, and what was thrown is its cause', async () => {
    const input = Object.defineProperty({ face: 'f' }, 'face', { get: boom, enumerable: true });
    const error = await failureOf(callerFrom(createCaller)('https://edge.example').call(mint, input));
    expect(error).toMatchObject({ ...UNSENT, cause: { message: 'boom' } });
  });

  it('is not sent when its options cannot be read', async () => {
    const options = Object.defineProperty({}, 'headers', { get: boom, enumerable: true });
    const call = callerFrom(createCaller)('https://edge.example').call(mint, { face: 'f' }, options);
    expect(await failureOf(call)).toMatchObject({ code: 'configuration', issues: [{ path: 'options' }] });
  });

  it('is not sent when its key cannot be put into a header', async () => {
    const vendor = defineVendor({ ...acme, apiKeyHeader: (key) => (key === '' ? ['x-key', ''] : boom()) });
    const client = createCaller(vendor, { apiKey: KEY });
    expect(await failureOf(client.call(mint, { face: 'f' }))).toMatchObject(UNSENT);
    await client.close();
  });

  it.each([2_000, 100_000])('fails in our own words when it is %i levels deep', async (depth) => {
    const onError = vi.fn();
    const server = await serve(json({}, 400));
    const client = callerFrom(createCaller)(server.origin, { hooks: { onError } });
    const call = client.call(mint, { face: 'f' }, { extraBody: { deep: deepIn(depth) } });
    expect(await failureOf(call)).toMatchObject({ code: 'invalid_request' });
    expect(onError).toHaveBeenCalledTimes(1);
  });
});

function boom(): never {
  throw new Error('boom');
}
