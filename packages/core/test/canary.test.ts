import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  Secret,
  type CallOptions,
  type ClientOptions,
  type DispatcherLike,
  type FetchLike,
  type Hooks,
} from '../src/index.ts';
import { CHANNELS } from '../src/diagnostics.node.ts';
import { HOOK_NAMES } from '../src/hooks.ts';
import { defineOperation } from '../src/operation.ts';
import { DOORS, mint, read, start, TOKEN, type MintInput, type Token } from './acme.ts';
import { callerFrom, thrownBy } from './calling.ts';
import {
  deadOrigin,
  hangs,
  json,
  page,
  resets,
  resetsInBody,
  serve,
  stalls,
  status,
  truncates,
  type Reply,
} from './local-server.ts';

// Each is unlike anything else in the world, so finding a piece of one is finding a leak.
const KEY = 'canary-key-Zk3vQ8wR5tY1uXo7';
const BEARER = 'canary/bearer+Hj6mN2bV9cL4==';
const LIVEKIT = 'canary-livekit-Pq5rS8tU1vW3';
const NESTED = 'canary-nested-Xy2zA4bC6dE8';
const LISTED = 'canary-listed-Fg1hJ3kL5mN7';
const EXTRA = 'canary"extra\\Op9qR7sT5uV3';
const HEADER = 'canary-header-Wx8yZ6aB4cD2';
const SECRETS = [KEY, BEARER, LIVEKIT, NESTED, LISTED, EXTRA, HEADER];

const INPUT: MintInput = {
  face: 'a-face',
  livekit_token: LIVEKIT,
  settings: { llm: { api_key: NESTED }, hooks: [{ name: 'end', tokens: [LISTED] }] },
};
const OPTIONS: CallOptions = {
  extraBody: { client_secret: EXTRA, session_token: BEARER },
  headers: { cookie: `theme=dark; visit=${HEADER}` },
};
const ECHO = `you sent ${SECRETS.join(', ')} and ${SECRETS.map(encodeURIComponent).join(' ')}`;

/** Pieces of a secret, in every form that it may take on its way. */
const PIECES = SECRETS.flatMap((secret) => [
  secret,
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64').slice(0, 20),
]).flatMap((form) => Array.from({ length: form.length - 9 }, (_, at) => form.slice(at, at + 10)));

/** Everything that a program may do to see what is in a value. */
function shown(value: unknown): string[] {
  return [
    inspect(value, { depth: Infinity }),
    inspect(value, { depth: Infinity, showHidden: true, getters: true }),
    inspect({ in: [{ a: value }] }, { depth: Infinity }),
    JSON.stringify({ in: [value] }),
    String(value),
    ...(value instanceof Error
      ? [uncaught(value), JSON.stringify(Object.entries(value)), ...logged(value)]
      : []),
  ];
}

/** As Node prints an error that nobody has caught: with its causes, and without asking it how it wants to be printed. */
function uncaught(error: Error): string {
  return inspect(error, { customInspect: false, depth: Infinity, showHidden: true });
}

/** What loggers write of an error, pino's standard serializer for one: message and stack, of all its causes too. */
function logged(error: unknown): string[] {
  if (!(error instanceof Error)) return [inspect(error, { depth: Infinity })];
  const below = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  return [error.message, error.stack ?? '', ...[error.cause, ...below].flatMap(logged)];
}

function reasonsOf(outcomes: readonly PromiseSettledResult<unknown>[]): unknown[] {
  return outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }): unknown => reason);
}

/** Hooks, channels and a logger, and all that they are told, shown in every way at the moment they are told it. */
function overheard(): { heard: string[]; options: ClientOptions } {
  const heard: string[] = [];
  const hear = (...told: unknown[]): void => {
    heard.push(...told.flatMap(shown));
  };
  const hooks: Hooks = Object.fromEntries(HOOK_NAMES.map((name) => [name, hear]));
  for (const channel of Object.values(CHANNELS)) {
    subscribe(channel, hear);
    onTestFinished(() => {
      void unsubscribe(channel, hear);
    });
  }
  return {
    heard,
    options: { hooks, logger: { debug: hear, info: hear, warn: hear, error: hear }, logLevel: 'debug' },
  };
}

/** The first piece of a secret in each text, with what stands around it. */
function leaksIn(texts: readonly string[]): string[] {
  return texts.flatMap((text) => {
    const at = PIECES.map((piece) => text.indexOf(piece)).find((index) => index >= 0);
    return at === undefined ? [] : [text.slice(Math.max(0, at - 80), at + 40)];
  });
}

function expectNothingIn(texts: readonly string[]): void {
  expect(texts).not.toEqual([]);
  expect(leaksIn(texts)).toEqual([]);
}

describe('the search itself', () => {
  it.each(SECRETS)('finds %s, whole or cut, plain or in a URL, in JSON or in base64', (secret) => {
    const forms = [
      secret,
      secret.slice(3, 15),
      encodeURIComponent(secret),
      JSON.stringify(secret),
      Buffer.from(secret).toString('base64'),
    ];
    for (const form of forms) expect(leaksIn([`a text with ${form} in it`])).toHaveLength(1);
  });

  it('finds nothing where nothing is', () => {
    expect(leaksIn(['a canary sang', ''])).toEqual([]);
  });
});

describe.each(DOORS)('nothing secret is shown, over $transport', ({ transport, createCaller }) => {
  const printed: string[] = [];
  beforeEach(() => {
    printed.length = 0;
    for (const method of ['debug', 'info', 'log', 'warn', 'error'] as const) {
      vi.spyOn(console, method).mockImplementation((...told: unknown[]) =>
        printed.push(...told.flatMap(shown)),
      );
    }
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** Makes both kinds of call and looks everywhere. */
  async function look(
    origin: string,
    client: ClientOptions = {},
    call: CallOptions = {},
  ): Promise<unknown[]> {
    const { heard, options } = overheard();
    const caller = callerFrom(createCaller)(origin, { apiKey: KEY, ...options, ...client });
    const outcomes = await Promise.allSettled([
      caller.call(mint, INPUT, { ...OPTIONS, ...call }),
      caller.call(
        start,
        { session_token: BEARER, livekit_token: LIVEKIT },
        { ...OPTIONS, extraBody: { key: [KEY, NESTED, LISTED, EXTRA] }, ...call },
      ),
    ]);
    const errors = reasonsOf(outcomes);
    expectNothingIn([...errors.flatMap(shown), ...heard, ...printed, ...shown(caller)]);
    return errors;
  }

  const jsonEcho = JSON.stringify({ detail: ECHO });
  it.each<[string, Reply]>([
    ['in its message', json({ detail: ECHO }, 400)],
    ['in its code', json({ code: KEY, detail: 'no' }, 400)],
    ['in its code and message', json({ code: ECHO, detail: ECHO }, 401)],
    ['in validation errors', json({ detail: [{ loc: ['body', LIVEKIT], msg: ECHO, input: ECHO }] }, 422)],
    ['in other fields', json({ error: ECHO, received: { headers: ECHO } }, 500)],
    ['in an HTML page', page(`<html><title>${ECHO}</title>`, 502, 'text/html')],
    ['in plain text', page(ECHO, 400, 'text/plain')],
    ['in long text, across the place where it is cut', page('x'.repeat(455) + ECHO, 400, 'text/plain')],
    ['in JSON that was cut', page(jsonEcho.slice(0, -2), 400, 'application/json')],
    ['as JSON that is called text', page(jsonEcho, 503, 'text/plain')],
    ['in headers', status(400, { 'x-acme-key': KEY, 'x-echo': encodeURIComponent(ECHO) })],
    ['in a Retry-After', status(429, { 'retry-after': KEY })],
    ['in the address of a redirect', status(302, { location: `https://else.example/?key=${KEY}` })],
    ['in a success without the promise', json({ echo: ECHO })],
    ['in a success with the promise broken', json({ token: { echo: ECHO } })],
    ['in a success that is no JSON', page(ECHO, 200, 'text/plain')],
  ])('when the vendor sends it back %s', async (_, reply) => {
    const server = await serve(reply);
    const errors = await look(server.origin, {}, { maxAttempts: 2 });
    expect(errors).toHaveLength(2);
  });

  it('when a success cannot be read, and the token in it is quoted', async () => {
    const { heard, options } = overheard();
    const server = await serve(json({ token: LIVEKIT }));
    const quoting = defineOperation<MintInput, Token>({
      ...mint,
      result: ({ token }) => {
        throw new Error(`no such form of token: ${token}`);
      },
    });
    const caller = callerFrom(createCaller)(server.origin, options);
    const errors = reasonsOf(await Promise.allSettled([caller.call(quoting, { face: 'a-face' })]));
    expect(errors).toHaveLength(1);
    expectNothingIn([...errors.flatMap(shown), ...heard, ...printed]);
  });

  it('when a success names fields that are not known', async () => {
    const server = await serve(json({ ...TOKEN, mood: KEY, echo: ECHO, [LIVEKIT]: 1, seconds: KEY }));
    expect(await look(server.origin)).toEqual([]);
  });

  it.each<[string, Reply]>([
    ['it is reset', resets],
    ['it is reset in the body', resetsInBody],
    ['the answer is cut', truncates],
    ['no answer comes', hangs],
    ['the body stalls', stalls],
  ])('when the connection fails: %s', async (_, reply) => {
    const server = await serve(reply);
    const errors = await look(server.origin, {}, { attemptTimeoutMs: 100, maxAttempts: 2 });
    expect(errors).toHaveLength(2);
  });

  it('when there is no connection', async () => {
    const errors = await look(await deadOrigin());
    expect(errors).toHaveLength(2);
  });

  it('when the call is aborted, or out of budget, or out of time', async () => {
    const server = await serve(status(503, { 'retry-after': '2' }));
    expect(await look(server.origin, {}, { signal: AbortSignal.abort() })).toHaveLength(2);
    expect(await look(server.origin, {}, { signal: AbortSignal.timeout(50) })).toHaveLength(2);
    expect(await look(server.origin, {}, { deadlineMs: 500 })).toHaveLength(2);
  });

  /** An error, with a cause and others gathered below it, all of which quote the whole request. */
  function telling(request: object, body: string): Error {
    const words = `${JSON.stringify(request)} ${body}`;
    const told = (message: string): Error =>
      Object.assign(new Error(message), { request, code: 'ECONNRESET' });
    const gathered = new AggregateError([told(words), words], words, { cause: words });
    return Object.assign(told(words), { cause: Object.assign(gathered, { code: KEY, name: BEARER }) });
  }

  it('when a fetch of the caller’s own fails with all that it knows', async () => {
    const fetch: FetchLike = (url, init) => Promise.reject(telling({ url, ...init }, init.body ?? ''));
    expect(await look('https://edge.example', { fetch }, { maxAttempts: 1 })).toHaveLength(2);
  });

  // The other one takes none: not a test that is skipped.
  if (transport === 'undici') {
    it('when a dispatcher of the caller’s own fails with all that it knows', async () => {
      const dispatcher: DispatcherLike = {
        dispatch: (options: { body: string }): boolean => {
          throw telling(options, options.body);
        },
      };
      expect(await look('https://proxy.example', { dispatcher }, { maxAttempts: 1 })).toHaveLength(2);
    });
  }

  it.each<[string, ClientOptions]>([
    [
      'throws it',
      {
        apiKey: () => {
          throw new Error(ECHO, { cause: new AggregateError([new Error(KEY), KEY], KEY) });
        },
      },
    ],
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what others throw need be no error
    ['throws it bare', { apiKey: () => Promise.reject(KEY) }],
    ['gives it in quotes', { apiKey: () => `"${KEY}"` }],
    ['gives it in Bearer', { apiKey: () => Promise.resolve(new Secret(`Bearer ${KEY}`)) }],
  ])('when the key’s function %s', async (_, client) => {
    const server = await serve(json(TOKEN));
    const [error] = await look(server.origin, client);
    expect(error).toMatchObject({ code: 'configuration' });
  });

  it('when the request is refused by our own check', async () => {
    const { heard, options } = overheard();
    const caller = callerFrom(createCaller)('https://api.acme.example', { apiKey: KEY, ...options });
    const wrong: readonly object[] = [
      { ...INPUT, face: [KEY] },
      { face: 'x', livekit_token: { value: LIVEKIT } },
      { face: 'x', unknown: NESTED },
      { face: 'x', settings: LISTED },
    ];
    const calls = [
      ...wrong.map((input) => caller.call(mint, input as MintInput)),
      caller.call(start, { session_token: ` ${BEARER}` }),
      caller.call(mint, INPUT, { headers: { authorization: HEADER } }),
      caller.call(mint, INPUT, { headers: { 'x-proxy-token': `${HEADER}\n` } }),
      caller.call(mint, INPUT, { extraBody: { secret: EXTRA, big: 1n } }),
      caller.call(read, { session_id: `half-\ud83d${KEY}` }),
    ];
    const errors = reasonsOf(await Promise.allSettled(calls));
    expect(errors).toHaveLength(calls.length);
    expectNothingIn([...errors.flatMap(shown), ...heard, ...printed]);
  });

  it('when the client is refused', () => {
    const clients: readonly ClientOptions[] = [
      { apiKey: `'${KEY}'` },
      { apiKey: `${KEY}\n` },
      { apiKey: KEY, baseUrl: `https://user:${KEY}@api.acme.example` },
      { apiKey: KEY, baseUrl: `https://api.acme.example?key=${KEY}` },
      { apiKey: KEY, baseUrl: KEY },
      { apiKey: KEY, timeout: KEY } as ClientOptions,
    ];
    const errors = clients.map((options) =>
      thrownBy(() => callerFrom(createCaller)('https://api.acme.example', options)),
    );
    expectNothingIn(errors.flatMap(shown));
  });

  it('when a hook throws it', async () => {
    const server = await serve(json(TOKEN));
    const leaky = (): never => {
      throw new Error(ECHO);
    };
    await look(server.origin, { hooks: { onRequest: leaky, onResponse: leaky }, logger: undefined });
    expect(printed.join()).toContain('a hook or the retry budget threw');
    expectNothingIn(printed);
  });
});
