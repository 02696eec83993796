import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createSandbox, type Sandbox } from '@org/sandbox';
import { failureOf } from '@org/vendor-testing';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  isAvatarError,
  LiveAvatar,
  type AvatarError,
  type FetchLike,
  type OpenOptions,
} from '../src/index.ts';

let sandbox: Sandbox;
let liveavatar: LiveAvatar;

beforeAll(async () => {
  sandbox = await createSandbox();
  liveavatar = new LiveAvatar({ apiKey: 'good-key', baseUrl: sandbox.liveavatar.baseUrl });
});
beforeEach(() => {
  sandbox.reset();
});
afterAll(async () => {
  await liveavatar.close();
  await sandbox.close();
});

const fails = (call: Promise<unknown>): Promise<AvatarError> => failureOf(call, isAvatarError);
const avatar_id = '3c90c3cc-0d44-4b50-8888-8dd25736052a';
const calls = (): (string | undefined)[] => sandbox.journal().map(({ operation }) => operation);

/** Holds the intervals that are set from here to the end of the test; all else goes on in real time. */
function fakeIntervals(): { passes: (ms: number) => void; count: () => number } {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  return { passes: (ms) => vi.advanceTimersByTime(ms), count: () => vi.getTimerCount() };
}

/** The base URL of a vendor that gives out odd ids, which the sandbox does not. */
async function answering(answer: (path: string, body: string) => object): Promise<string> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer(request.url ?? '', body)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('open mints and starts, and the end of the scope stops', async () => {
  let id: string;
  {
    await using session = await liveavatar.sessions.open({ mode: 'LITE', avatar_id });
    id = session.session_id;
    expect(session.livekit_client_token).toMatch(/\S/);
    expect(session.session_token).toMatch(/\S/);
  }
  expect(calls()).toEqual(['sessions.createToken', 'sessions.start', 'sessions.stop']);
  expect(await liveavatar.sessions.get({ session_id: id })).toMatchObject({ end_reason: 'UNKNOWN' });
});

test('stopping twice stops once', async () => {
  const session = await liveavatar.sessions.open({ avatar_id });
  await Promise.all([session.stop('AGENT_HANG_UP'), session.stop()]);
  await session[Symbol.asyncDispose]();
  expect(calls().filter((operation) => operation === 'sessions.stop')).toHaveLength(1);
  expect(sandbox.journal().at(-1)?.body).toMatchObject({ reason: 'AGENT_HANG_UP' });
});

test('a start that fails is stopped, and its own error is thrown', async () => {
  const error = await fails(liveavatar.sessions.open({ avatar_id: '5a0db0c5-0000-4000-8000-000000000500' }));
  expect(error).toMatchObject({ operation: 'sessions.start', status: 500, attempts: 1 });
  expect(calls()).toEqual(['sessions.createToken', 'sessions.start', 'sessions.stop']);
  expect(sandbox.journal().at(-1)).toMatchObject({ status: 200, body: { reason: 'SERVER_ERROR' } });
});

test('a start whose answer is lost is stopped too: it may be running', async () => {
  sandbox.fail('liveavatar', 'sessions.start', { reset: 'before-answer' });
  const error = await fails(liveavatar.sessions.open({ avatar_id }));
  expect(error).toMatchObject({ code: 'connection', operation: 'sessions.start', attempts: 1 });
  expect(await liveavatar.sessions.list({ type: 'active' })).toMatchObject({ count: 0 });
});

test('a caller who hangs up during the start leaves nothing running', async () => {
  sandbox.fail('liveavatar', 'sessions.start', { stall: 'headers' });
  const controller = new AbortController();
  const opening = liveavatar.sessions.open({ avatar_id }, { signal: controller.signal });
  await vi.waitFor(() => {
    expect(calls()).toContain('sessions.start');
  });
  controller.abort(new Error('closed the tab'));
  const error = await fails(opening);
  expect(error.code).toBe('aborted');
  expect(error.cause).toBe(controller.signal.reason);
  expect(await liveavatar.sessions.list({ type: 'active' })).toMatchObject({ count: 0 });
});

test('when the stop fails as well, the start’s error is the one that is thrown', async () => {
  sandbox.fail('liveavatar', 'sessions.start', { status: 500 });
  sandbox.fail('liveavatar', 'sessions.stop', { status: 403 });
  expect(await fails(liveavatar.sessions.open({ avatar_id }))).toMatchObject({ operation: 'sessions.start' });
});

/** A fetch that answers as LiveAvatar does, but for one path, which the test answers when it likes. */
function holding(path: string): { fetch: FetchLike; held: () => number; release: (status: number) => void } {
  const waiting: ((answer: Response) => void)[] = [];
  const session = {
    session_id: 'a-session',
    session_token: 'a-token',
    livekit_url: 'wss://x',
    livekit_client_token: 't',
  };
  return {
    fetch: (url) =>
      url.endsWith(path)
        ? new Promise((resolve) => waiting.push(resolve))
        : Promise.resolve(
            url.endsWith('/start') && path === '/stop'
              ? new Response('{}', { status: 500 })
              : Response.json({ code: 1000, data: session }),
          ),
    held: () => waiting.length,
    release: (status) => {
      for (const answer of waiting.splice(0)) answer(new Response('{}', { status }));
    },
  };
}

test('a stop that hangs keeps the start’s error for five seconds, and not for the whole deadline', async () => {
  const { fetch, held } = holding('/stop');
  await using hanging = new LiveAvatar({ apiKey: 'good-key', fetch });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const opening = fails(hanging.sessions.open({ avatar_id }));
  while (held() === 0) await new Promise((resolve) => setImmediate(resolve));
  vi.advanceTimersByTime(5_000);
  expect(await opening).toMatchObject({ operation: 'sessions.start', status: 500 });
});

test('a token that cannot be minted leaves nothing to stop', async () => {
  await using wrong = new LiveAvatar({ apiKey: 'sandbox-invalid-key', baseUrl: sandbox.liveavatar.baseUrl });
  expect(await fails(wrong.sessions.open({ avatar_id }))).toMatchObject({ code: 'invalid_key' });
  expect(calls()).toEqual(['sessions.createToken']);
});

describe('stopping that fails is forgotten, and the end of the scope stops', () => {
  const stops = (): object[] => sandbox.journal().filter(({ operation }) => operation === 'sessions.stop');

  test('after a reason that is misspelt', async () => {
    const session = await liveavatar.sessions.open({ avatar_id });
    expect(await fails(session.stop('USER_CLOSE' as never))).toMatchObject({ code: 'invalid_request' });
    await session[Symbol.asyncDispose]();
    expect(stops()).toMatchObject([{ status: 200 }]);
  });

  test('after a signal that is aborted', async () => {
    const session = await liveavatar.sessions.open({ avatar_id });
    expect(await fails(session.stop('USER_CLOSED', { signal: AbortSignal.abort() }))).toMatchObject({
      code: 'aborted',
    });
    await session[Symbol.asyncDispose]();
    expect(stops()).toMatchObject([{ status: 200 }]);
  });

  test('also when it waits for the one that fails', async () => {
    const session = await liveavatar.sessions.open({ avatar_id });
    const first = fails(session.stop('USER_CLOSED', { signal: AbortSignal.abort() }));
    await session[Symbol.asyncDispose]();
    expect(await first).toMatchObject({ code: 'aborted' });
    expect(stops()).toMatchObject([{ status: 200 }]);
  });

  test('after the vendor’s refusal, and the session is kept alive until then', async () => {
    const timer = fakeIntervals();
    const session = await liveavatar.sessions.open({ avatar_id });
    sandbox.fail('liveavatar', 'sessions.stop', { status: 403 });
    expect(await fails(session.stop())).toMatchObject({ code: 'permission_denied' });
    timer.passes(120_000);
    await vi.waitFor(() => {
      expect(calls()).toContain('sessions.keepAlive');
    });
    await session.stop();
    expect(stops()).toMatchObject([{ status: 403 }, { status: 200 }]);
  });
});

describe.each([400, 404, 409])('a session of which LiveAvatar says with %i that it is over', (status) => {
  test('is stopped, and the end of the scope is no failure', async () => {
    const timer = fakeIntervals();
    const codes: string[] = [];
    const session = await liveavatar.sessions.open(
      { avatar_id },
      { onKeepAliveError: ({ code }) => codes.push(code) },
    );
    const before = timer.count();
    sandbox.fail('liveavatar', 'sessions.keepAlive', { status });
    timer.passes(120_000);
    await vi.waitFor(() => {
      expect(codes).toHaveLength(1);
    });
    expect(timer.count()).toBe(before - 1);
    // The keep-alive's word is not taken for it: a proxy may have said so, and the session is billed.
    sandbox.fail('liveavatar', 'sessions.stop', { status });
    await session[Symbol.asyncDispose]();
    await session.stop();
    expect(calls().filter((operation) => operation === 'sessions.stop')).toHaveLength(1);
  });
});

test('the end of the scope ends keeping alive, even when the session cannot be stopped', async () => {
  const timer = fakeIntervals();
  const session = await liveavatar.sessions.open({ avatar_id });
  sandbox.fail('liveavatar', 'sessions.stop', { status: 403 });
  const before = timer.count();
  expect(await fails(Promise.resolve(session[Symbol.asyncDispose]()))).toMatchObject({ status: 403 });
  expect(timer.count()).toBe(before - 1);
});

test('an id that is no UUID, as LiveAvatar gave it, is not refused on its way back', async () => {
  const received: string[] = [];
  const data = {
    session_id: 'sess_42',
    session_token: 'token',
    livekit_url: 'wss://x',
    livekit_client_token: 't',
  };
  await using other = new LiveAvatar({
    apiKey: 'good-key',
    baseUrl: await answering((path, body) => {
      received.push(`${path} ${body}`);
      return { code: 1000, data };
    }),
  });
  const session = await other.sessions.open({ avatar_id });
  await other.sessions.keepAlive({ session_id: session.session_id });
  await session.stop();
  expect(received.slice(2)).toEqual([
    '/v1/sessions/keep-alive {"session_id":"sess_42"}',
    '/v1/sessions/stop {"session_id":"sess_42"}',
  ]);
});

describe('a client that is closed', () => {
  /** Opens a session with a client of its own, which is closed as the request of an operation goes out. */
  async function openWhileClosing(operation: string): Promise<AvatarError> {
    let closing: Promise<void> | undefined;
    const client = new LiveAvatar({
      apiKey: 'good-key',
      baseUrl: sandbox.liveavatar.baseUrl,
      hooks: {
        onRequest: (event) => {
          if (event.operation === operation) closing = client.close();
        },
      },
    });
    const error = await fails(client.sessions.open({ avatar_id }));
    await closing;
    return error;
  }

  test('while a session is started stops it, and says so', async () => {
    const error = await openWhileClosing('sessions.start');
    expect(error).toMatchObject({ code: 'configuration', issues: [{ path: 'client' }] });
    expect(calls()).toEqual(['sessions.createToken', 'sessions.start', 'sessions.stop']);
    expect(await liveavatar.sessions.list({ type: 'active' })).toMatchObject({ count: 0 });
  });

  test('while a start fails stops what was minted all the same', async () => {
    sandbox.fail('liveavatar', 'sessions.start', { reset: 'before-answer' });
    expect(await openWhileClosing('sessions.start')).toMatchObject({ code: 'connection' });
    expect(await liveavatar.sessions.list({ type: 'active' })).toMatchObject({ count: 0 });
  });

  test('while the token is minted starts nothing', async () => {
    expect(await openWhileClosing('sessions.createToken')).toMatchObject({ code: 'configuration' });
    expect(calls()).toEqual(['sessions.createToken']);
  });

  test('ends keeping its sessions alive, and reports nothing', async () => {
    const timer = fakeIntervals();
    const client = new LiveAvatar({ apiKey: 'good-key', baseUrl: sandbox.liveavatar.baseUrl });
    const codes: string[] = [];
    const onKeepAliveError = ({ code }: AvatarError): number => codes.push(code);
    const { session_id } = await client.sessions.open({ avatar_id }, { onKeepAliveError });
    await client.close();
    const before = timer.count();
    timer.passes(240_000);
    expect(timer.count()).toBe(before - 1);
    // By then a refusal would have been told.
    await liveavatar.sessions.stop({ session_id });
    expect(codes).toEqual([]);
  });
});

describe('keeping alive', () => {
  const kept = (): number => calls().filter((operation) => operation === 'sessions.keepAlive').length;

  test('keeps no process alive', async () => {
    const intervals = vi.spyOn(globalThis, 'setInterval');
    onTestFinished(() => {
      intervals.mockRestore();
    });
    await using session = await liveavatar.sessions.open({ avatar_id }, { keepAliveIntervalMs: 77_000 });
    const at = intervals.mock.calls.findIndex(([, ms]) => ms === 77_000);
    const timer = intervals.mock.results[at]?.value as NodeJS.Timeout;
    expect(timer.hasRef()).toBe(false);
    expect(session.session_id).toMatch(/\S/);
  });

  test('that is under way when the session is stopped fails rightly, and nobody is told', async () => {
    const timer = fakeIntervals();
    const { fetch, held, release } = holding('/keep-alive');
    await using other = new LiveAvatar({ apiKey: 'good-key', fetch });
    const codes: string[] = [];
    const onKeepAliveError = ({ code }: AvatarError): number => codes.push(code);
    const session = await other.sessions.open({ avatar_id }, { onKeepAliveError });
    timer.passes(120_000);
    await vi.waitFor(() => {
      expect(held()).toBe(1);
    });
    await session.stop();
    release(404);
    // Closing waits for the call under way.
    await other.close();
    expect(codes).toEqual([]);
  });

  test('goes on until the session is stopped', async () => {
    const timer = fakeIntervals();
    const session = await liveavatar.sessions.open({ avatar_id }, { keepAliveIntervalMs: 1_000 });
    for (const times of [1, 2, 3]) {
      timer.passes(1_000);
      await vi.waitFor(() => {
        expect(kept()).toBe(times);
      });
    }
    const before = timer.count();
    await session.stop();
    expect(timer.count()).toBe(before - 1);
  });

  test('fails aloud, and ends when the vendor no longer knows the session', async () => {
    const timer = fakeIntervals();
    const codes: string[] = [];
    await using session = await liveavatar.sessions.open(
      { avatar_id },
      { onKeepAliveError: ({ code }) => codes.push(code) },
    );
    sandbox.fail('liveavatar', 'sessions.keepAlive', { status: 403 });
    sandbox.fail('liveavatar', 'sessions.keepAlive', { status: 404 });
    timer.passes(120_000);
    await vi.waitFor(() => {
      expect(codes).toEqual(['permission_denied']);
    });
    const before = timer.count();
    timer.passes(120_000);
    await vi.waitFor(() => {
      expect(codes).toEqual(['permission_denied', 'not_found']);
    });
    expect(timer.count()).toBe(before - 1);
    expect(session.session_id).toMatch(/\S/);
  });

  test('ends with a session that LiveAvatar has ended', async () => {
    const timer = fakeIntervals();
    const statuses: (number | undefined)[] = [];
    const input = { avatar_id, max_session_duration: 60 };
    const onKeepAliveError = ({ status }: AvatarError): number => statuses.push(status);
    await using session = await liveavatar.sessions.open(input, { onKeepAliveError });
    await sandbox.clock.advance(61_000);
    const before = timer.count();
    timer.passes(120_000);
    await vi.waitFor(() => {
      expect(statuses).toEqual([400]);
    });
    expect(timer.count()).toBe(before - 1);
    expect(session.session_id).toMatch(/\S/);
  });

  test.each<[string, () => unknown]>([
    [
      'throws',
      (): never => {
        throw new Error('secret');
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret'))],
  ])('goes on when the function that is told %s', async (_, onKeepAliveError) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    onTestFinished(() => {
      warn.mockRestore();
    });
    const timer = fakeIntervals();
    await using session = await liveavatar.sessions.open({ avatar_id }, { onKeepAliveError });
    sandbox.fail('liveavatar', 'sessions.keepAlive', { status: 403 });
    timer.passes(120_000);
    await vi.waitFor(() => {
      expect(warn.mock.calls).toEqual([[expect.stringContaining('onKeepAliveError threw')]]);
    });
    timer.passes(120_000);
    await vi.waitFor(() => {
      expect(kept()).toBe(2);
    });
    expect(session.session_id).toMatch(/\S/);
  });
});

test.each<[string, unknown]>([
  ...[0, -1, Number.NaN, 999, 240_001, true, '120000', null].map((keepAliveIntervalMs): [string, unknown] => [
    'keepAliveIntervalMs',
    { keepAliveIntervalMs },
  ]),
  ['onKeepAliveError', { onKeepAliveError: 'log' }],
  ['options', null],
])('a bad %s is refused before anything is sent: %o', async (path, options) => {
  const error = await fails(liveavatar.sessions.open({ avatar_id }, options as OpenOptions));
  expect(error).toMatchObject({ code: 'configuration', issues: [{ path }] });
  expect(calls()).toEqual([]);
});

test('the token’s extraBody is not sent with the start', async () => {
  await using session = await liveavatar.sessions.open(
    { avatar_id },
    { extraBody: { new_field: 1 }, keepAliveIntervalMs: false },
  );
  expect(session.session_id).toMatch(/\S/);
  expect(sandbox.journal()[0]?.body).toMatchObject({ new_field: 1 });
  expect(sandbox.journal()[1]?.body).toBeUndefined();
});
