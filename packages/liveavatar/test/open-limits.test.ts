import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { failureOf } from '@org/vendor-testing';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  isAvatarError,
  isSessionOver,
  LiveAvatar,
  type AvatarError,
  type LiveAvatarOptions,
  type OpenOptions,
} from '../src/index.ts';

// What the sandbox does not do: proxies on the way, a start that is slow, a stop that hangs.

const fails = (call: Promise<unknown>): Promise<AvatarError> => failureOf(call, isAvatarError);
const avatar_id = '3c90c3cc-0d44-4b50-8888-8dd25736052a';

type Name = 'token' | 'start' | 'stop' | 'keep-alive';

interface Answer {
  readonly status: number;
  /** As JSON, unless it is a text. */
  readonly body: unknown;
}

const SESSION = {
  session_id: 'sess_42',
  session_token: 'a-token',
  livekit_url: 'wss://x',
  livekit_client_token: 't',
};
const WELL: Answer = { status: 200, body: { code: 1000, data: SESSION, message: 'ok' } };
const refusal = (status: number, message: string): Answer => ({
  status,
  body: { code: status, data: null, message },
});

interface Vendor {
  readonly client: LiveAvatar;
  readonly received: readonly { readonly name: Name; readonly headers: IncomingHttpHeaders }[];
  readonly count: (name: Name) => number;
}

/** A vendor over real HTTP that answers as it is told, and well otherwise, and a client for it. */
async function vendor(
  answers: Partial<Record<Name, (count: number) => Answer | Promise<Answer>>>,
  options: LiveAvatarOptions = {},
): Promise<Vendor> {
  const received: { name: Name; headers: IncomingHttpHeaders }[] = [];
  const count = (name: Name): number => received.filter((one) => one.name === name).length;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const name = (request.url ?? '').split('/').at(-1) as Name;
      received.push({ name, headers: request.headers });
      void Promise.resolve(answers[name]?.(count(name)) ?? WELL).then(({ status, body }) => {
        const isText = typeof body === 'string';
        response.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json' });
        response.end(isText ? body : JSON.stringify(body));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new LiveAvatar({ apiKey: 'good-key', baseUrl, ...options });
  onTestFinished(async () => {
    await client.close();
    server.closeAllConnections();
    server.close();
  });
  return { client, received, count };
}

/** An answer that the test gives when it likes. */
function held(): { answer: Promise<Answer>; release: (answer: Answer) => void } {
  let release: (answer: Answer) => void = () => undefined;
  const answer = new Promise<Answer>((resolve) => (release = resolve));
  return {
    answer,
    release: (given) => {
      release(given);
    },
  };
}

/** Holds the intervals that are set from here to the end of the test; all else goes on in real time. */
function fakeIntervals(): { passes: (ms: number) => void } {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  return { passes: (ms) => vi.advanceTimersByTime(ms) };
}

describe.each<[string, Answer]>([
  ['a page with 404', { status: 404, body: '<html><h1>404 Not Found</h1></html>' }],
  ['a text with 404', { status: 404, body: 'default backend - 404' }],
  ['a page with 400', { status: 400, body: '<html><h1>400 Bad Request</h1></html>' }],
  ['JSON that says nothing with 404', { status: 404, body: {} }],
  ['a gateway’s 404', { status: 404, body: { message: 'no Route matched with those values' } }],
  ['a router’s 404', { status: 404, body: { detail: 'Not Found' } }],
  ['a gateway’s 409', { status: 409, body: { message: 'upstream busy' } }],
  ['a gateway’s 400', { status: 400, body: { message: 'Bad Request' } }],
])('%s is no word of LiveAvatar’s', (_, page) => {
  test('so the stop has failed, and the next one is made', async () => {
    const { client, count } = await vendor({ stop: (nth) => (nth === 1 ? page : WELL) });
    const session = await client.sessions.open({ avatar_id });
    const error = await fails(session.stop());
    expect(error).toMatchObject({ status: page.status });
    expect(isSessionOver(error)).toBe(false);
    await session.stop();
    expect(count('stop')).toBe(2);
  });

  test('so the session goes on being kept alive', async () => {
    const timer = fakeIntervals();
    const statuses: (number | undefined)[] = [];
    const { client, count } = await vendor({ 'keep-alive': (nth) => (nth === 1 ? page : WELL) });
    const onKeepAliveError = ({ status }: AvatarError): number => statuses.push(status);
    await using session = await client.sessions.open({ avatar_id }, { onKeepAliveError });
    timer.passes(120_000);
    await vi.waitFor(() => {
      expect(statuses).toEqual([page.status]);
    });
    timer.passes(120_000);
    await vi.waitFor(() => {
      expect(count('keep-alive')).toBe(2);
    });
    expect(session.session_id).toBe('sess_42');
  });
});

test('a keep-alive that hangs has no second one beside it, and holds nobody up once the session is stopped', async () => {
  const timer = fakeIntervals();
  const { client, count } = await vendor({ 'keep-alive': () => held().answer });
  const session = await client.sessions.open({ avatar_id });
  timer.passes(120_000);
  await vi.waitFor(() => {
    expect(count('keep-alive')).toBe(1);
  });
  timer.passes(360_000);
  await session.stop();
  await client.close();
  expect(count('keep-alive')).toBe(1);
});

describe('a start that nobody waits for any more, and that LiveAvatar still works on', () => {
  /** Opens until the start is received, and aborts; the start goes on at the vendor. */
  async function givenUp(
    options: LiveAvatarOptions = {},
  ): Promise<Vendor & { runs: () => boolean; begin: () => void }> {
    let runs = false;
    const { answer, release } = held();
    const stop = (): Answer => {
      if (!runs) return refusal(400, 'Session is not running');
      runs = false;
      return WELL;
    };
    const fake = await vendor({ start: () => answer, stop }, options);
    const controller = new AbortController();
    const opening = fails(
      fake.client.sessions.open(
        { avatar_id },
        { signal: controller.signal, headers: { 'x-gateway': 'pass' } },
      ),
    );
    await vi.waitFor(() => {
      expect(fake.count('start')).toBe(1);
    });
    controller.abort(new Error('closed the tab'));
    expect(await opening).toMatchObject({ code: 'aborted', operation: 'sessions.start' });
    expect(fake.count('stop')).toBe(1);
    const begin = (): void => {
      runs = true;
      release(WELL);
    };
    return { ...fake, runs: () => runs, begin };
  }

  test('is stopped once more after a while, which keeps no process alive', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    onTestFinished(() => {
      timers.mockRestore();
    });
    // So that no timer of a call takes as long.
    const { count, runs, begin } = await givenUp({ attemptTimeoutMs: 4_000 });
    begin();
    const at = timers.mock.calls.findIndex(([, ms]) => ms === 10_000);
    expect((timers.mock.results[at]?.value as NodeJS.Timeout).hasRef()).toBe(false);
    timers.mock.calls[at]?.[0]();
    await vi.waitFor(() => {
      expect(runs()).toBe(false);
    });
    expect(count('stop')).toBe(2);
  });

  test('is stopped once more when the client is closed, which waits for it', async () => {
    const { client, received, runs, begin } = await givenUp();
    begin();
    await client.close();
    expect(runs()).toBe(false);
    const stops = received.filter(({ name }) => name === 'stop');
    expect(stops.map(({ headers }) => headers['x-gateway'])).toEqual(['pass', 'pass']);
  });

  test('is not, where LiveAvatar said how the start ended', async () => {
    const { client, count } = await vendor({
      start: () => refusal(500, 'no'),
      stop: () => refusal(400, 'Session is not running'),
    });
    await fails(client.sessions.open({ avatar_id }));
    await client.close();
    expect(count('stop')).toBe(1);
  });
});

describe('headers', () => {
  const passes = ({ received }: Vendor): string[] =>
    received.map(({ name, headers }) => `${name} ${String(headers['x-gateway'])}`);

  test('go with every call of the session, unless a stop has its own', async () => {
    const timer = fakeIntervals();
    const fake = await vendor({ stop: (nth) => (nth < 3 ? refusal(403, 'no') : WELL) });
    const options = { headers: { 'x-gateway': 'pass' } };
    const session = await fake.client.sessions.open({ avatar_id }, options);
    timer.passes(120_000);
    await vi.waitFor(() => {
      expect(fake.count('keep-alive')).toBe(1);
    });
    await fails(session.stop('USER_CLOSED', { headers: { 'x-gateway': 'another' } }));
    await fails(session.stop('USER_CLOSED', { deadlineMs: 20_000 }));
    await session[Symbol.asyncDispose]();
    expect(passes(fake)).toEqual([
      'token pass',
      'start pass',
      'keep-alive pass',
      'stop another',
      'stop pass',
      'stop pass',
    ]);
  });

  test('go with the stop of a session whose start fails', async () => {
    const fake = await vendor({ start: () => refusal(500, 'no') });
    await fails(fake.client.sessions.open({ avatar_id }, { headers: { 'x-gateway': 'pass' } }));
    expect(passes(fake)).toEqual(['token pass', 'start pass', 'stop pass']);
  });

  test('leave it to the call to refuse what a stop is given', async () => {
    const { client, count } = await vendor({});
    const session = await client.sessions.open({ avatar_id }, { headers: { 'x-gateway': 'pass' } });
    const refused = async (options: unknown, path: string): Promise<void> => {
      const error = await fails(session.stop('USER_CLOSED', options as object));
      expect(error).toMatchObject({ code: 'configuration', operation: 'sessions.stop', issues: [{ path }] });
    };
    await refused(null, 'options');
    await refused({ timeout: 1 }, 'timeout');
    await refused(unreadable, 'options');
    expect(count('stop')).toBe(0);
  });
});

const unreadable = {
  get headers(): never {
    throw new TypeError('boom');
  },
};

describe('a stop that waits for another', () => {
  test('keeps its own deadline and signal meanwhile', async () => {
    const { answer, release } = held();
    const { client, count } = await vendor({ stop: () => answer });
    const session = await client.sessions.open({ avatar_id });
    const first = session.stop();
    expect(await fails(session.stop('USER_CLOSED', { deadlineMs: 30 }))).toMatchObject({
      code: 'timeout',
      scope: 'deadline',
      operation: 'sessions.stop',
      attempts: 0,
    });
    const controller = new AbortController();
    const second = fails(session.stop('USER_CLOSED', { signal: controller.signal }));
    controller.abort(new Error('gone'));
    expect(await second).toMatchObject({
      code: 'aborted',
      attempts: 0,
      cause: controller.signal.reason as Error,
    });
    const third = session.stop();
    release(WELL);
    await Promise.all([first, third]);
    expect(count('stop')).toBe(1);
  });

  test('does nothing once the session is stopped, though the client be closed meanwhile', async () => {
    const { answer, release } = held();
    const { client, count } = await vendor({ stop: () => answer });
    const session = await client.sessions.open({ avatar_id });
    const stops = [session.stop(), session.stop()];
    const closing = client.close();
    release(WELL);
    await Promise.all([...stops, closing]);
    await session[Symbol.asyncDispose]();
    expect(count('stop')).toBe(1);
  });
});

test('a keep-alive that meets a stop under way is no failure', async () => {
  const timer = fakeIntervals();
  const told: AvatarError[] = [];
  const heard: (string | undefined)[] = [];
  const { answer, release } = held();
  const { client } = await vendor(
    { stop: () => answer, 'keep-alive': () => refusal(404, 'Session has ended') },
    { hooks: { onError: ({ operation }) => heard.push(operation) } },
  );
  const onKeepAliveError = (error: AvatarError): number => told.push(error);
  const session = await client.sessions.open({ avatar_id }, { onKeepAliveError });
  const stopping = session.stop();
  timer.passes(120_000);
  await vi.waitFor(() => {
    expect(heard).toEqual(['sessions.keepAlive']);
  });
  release(WELL);
  await stopping;
  expect(told).toEqual([]);
});

describe('open', () => {
  test('reads its options by name, wherever they are', async () => {
    const { client, received } = await vendor({});
    const aborted = Object.create({ signal: AbortSignal.abort(new Error('gone')) }) as OpenOptions;
    expect(await fails(client.sessions.open({ avatar_id }, aborted))).toMatchObject({ code: 'aborted' });
    const often = Object.create({ keepAliveIntervalMs: 1 }) as OpenOptions;
    expect(await fails(client.sessions.open({ avatar_id }, often))).toMatchObject({ code: 'configuration' });
    expect(received).toEqual([]);
  });

  test.each<[string, unknown, string, string]>([
    ['a bad interval', { keepAliveIntervalMs: 5 }, 'sessions.open', 'keepAliveIntervalMs'],
    ['options that cannot be read', unreadable, 'sessions.open', 'options'],
    ['an option that nobody knows', { keepalive: 5 }, 'sessions.createToken', 'keepalive'],
  ])('refuses %s as a call does, and hooks and log hear of it', async (_, options, operation, path) => {
    const heard: unknown[] = [];
    const logged: string[] = [];
    const log = (message: string): number => logged.push(message);
    const { client, received } = await vendor(
      {},
      {
        hooks: { onError: ({ error }) => heard.push(error) },
        logger: { debug: log, info: log, warn: log, error: log },
      },
    );
    const error = await fails(client.sessions.open({ avatar_id }, options as OpenOptions));
    expect(error).toMatchObject({ code: 'configuration', operation, issues: [{ path }] });
    expect(error.requestId).toMatch(/\S/);
    expect(heard).toEqual([error]);
    expect(logged).toEqual([`${error.message} (configuration)`]);
    expect(received).toEqual([]);
  });

  test('of a closed client is refused in its own name, and the hooks hear of it', async () => {
    const heard: unknown[] = [];
    const { client } = await vendor({}, { hooks: { onError: ({ error }) => heard.push(error) } });
    await client.close();
    const error = await fails(client.sessions.open({ avatar_id }));
    expect(error).toMatchObject({ code: 'configuration', operation: 'sessions.open' });
    expect(heard).toEqual([error]);
  });
});
