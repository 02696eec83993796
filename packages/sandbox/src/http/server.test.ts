import { once } from 'node:events';
import { get, request, Server, type IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { call, dataOf, keyHeader, send } from '../../test/call.ts';
import { mint, socketUrl } from '../../test/tokens.ts';
import { operations } from '../contracts/operations.ts';
import { createSandbox, PortTakenError, type Sandbox } from '../index.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
});
afterAll(() => sandbox.close());

/** fetch does not let a caller set Host. */
function statusFor(host: string, path: string): Promise<number | undefined> {
  const { port } = new URL(sandbox.url);
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject).end();
  });
}

describe('stays at home', () => {
  test.each(['127.0.0.1', 'localhost:1', 'app.localhost', '[::1]:80', '127.1.2.3'])(
    'answers to %s',
    async (host) => {
      expect(await statusFor(host, '/simli/nowhere')).toBe(404);
    },
  );

  test.each(['evil.example', '127.0.0.1.evil.example', '10.0.0.1', 'localhost@evil.example', ':'])(
    'not to %s',
    async (host) => {
      expect(await statusFor(host, '/simli/compose/ice')).toBe(403);
      expect(await statusFor(host, '/_sandbox/journal')).toBe(403);
    },
  );

  /** How a WebSocket is answered: Simli opens one for anybody, so nothing but the Host can be in its way. */
  function upgraded(host: string): Promise<string> {
    const url = `${sandbox.simli.baseUrl.replace('http', 'ws')}/compose/webrtc/p2p?session_token=any`;
    const socket = new WebSocket(url, { headers: { host } });
    return new Promise((resolve) => {
      socket.on('error', ({ message }) => {
        resolve(message);
      });
      socket.on('open', () => {
        resolve('open');
      });
      socket.on('close', () => {
        socket.terminate();
      });
    });
  }

  test.each(['127.0.0.1', 'localhost:1', 'app.localhost'])('opens a WebSocket to %s', async (host) => {
    expect(await upgraded(host)).toBe('open');
  });

  test.each(['evil.example', '127.0.0.1.evil.example', '10.0.0.1'])('and none to %s', async (host) => {
    const before = sandbox.journal().length;
    expect(await upgraded(host)).toBe('Unexpected server response: 403');
    expect(sandbox.journal()).toHaveLength(before);
  });

  test('binds to loopback', () => {
    expect(new URL(sandbox.url).hostname).toBe('127.0.0.1');
  });
});

describe('browsers', () => {
  const origin = 'http://localhost:3000';
  const preflight = (url: string): Promise<Response> =>
    fetch(url, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });

  test('may send LiveAvatar credentials, so its answers echo the origin', async () => {
    const url = `${sandbox.liveavatar.baseUrl}/v1/sessions/start`;
    const asked = await preflight(url);
    const answered = await fetch(url, { method: 'POST', headers: { origin } });
    expect(asked.status).toBe(204);
    expect(answered.status).toBe(401);
    for (const { headers } of [asked, answered]) {
      expect(headers.get('access-control-allow-origin')).toBe(origin);
      expect(headers.get('access-control-allow-credentials')).toBe('true');
      expect(headers.get('vary')).toBe('Origin');
    }
    expect(asked.headers.get('access-control-allow-methods')).toBe('POST');
    expect(asked.headers.get('access-control-allow-headers')).toContain('authorization, content-type');
  });

  test('may read Simli and Anam from anywhere', async () => {
    for (const url of [
      `${sandbox.simli.baseUrl}/compose/token`,
      `${sandbox.anam.baseUrl}/v1/auth/session-token`,
    ]) {
      const { headers, status } = await preflight(url);
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-allow-credentials')).toBeNull();
    }
  });

  test('may send what our own clients send with a key', async () => {
    const { headers } = await preflight(`${sandbox.anam.baseUrl}/v1/auth/session-token`);
    const allowed = headers.get('access-control-allow-headers')?.split(', ');
    expect(allowed).toEqual(expect.arrayContaining(['authorization', 'content-type', 'x-request-id']));
  });

  test('get no preflight where nothing is', async () => {
    expect((await preflight(`${sandbox.simli.baseUrl}/nowhere`)).status).toBe(404);
    expect((await preflight(`${sandbox.url}/_sandbox/reset`)).status).toBe(403);
  });
});

test('the journal has preflights, what LiveKit asks, and a WebSocket that is asked for wrongly', async () => {
  sandbox.journal.clear();
  const headers = { origin: 'http://localhost:3000' };
  await fetch(`${sandbox.anam.baseUrl}/v1/engine/session`, { method: 'OPTIONS', headers });
  await fetch(`${sandbox.liveavatar.baseUrl}/livekit/rtc/validate?access_token=any-token`);
  const url = `${sandbox.simli.baseUrl}/compose/webrtc/p2p?session_token=${await mint.simli(sandbox)}`;
  // Without a key and a version of the protocol.
  const asked = get(url, { headers: { connection: 'upgrade', upgrade: 'websocket' } });
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  expect(answer.statusCode).toBe(400);
  const seen = sandbox.journal().map(({ method, path, status }) => `${method} ${path} ${status}`);
  expect(seen).toEqual([
    'OPTIONS /v1/engine/session 204',
    'GET /livekit/rtc/validate 401',
    'POST /compose/token 200',
    'GET /compose/webrtc/p2p 400',
  ]);
});

test('answers over HTTP/1.1 to whoever offers another protocol for it', async () => {
  const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'x-simli-api-key': 'any' };
  const asked = get(`${sandbox.simli.baseUrl}/compose/ice`, { headers });
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  expect(answer.statusCode).toBe(200);
});

test('says where the vendors are', async () => {
  expect(await send(sandbox.url)).toMatchObject({
    status: 404,
    json: { error: 'path: must begin with one of /simli, /anam, /liveavatar, /_sandbox' },
  });
});

test('bounds a body', async () => {
  const body = JSON.stringify({ faceId: 'x'.repeat(1_100_000) });
  expect(await call(sandbox, 'simli', 'compose.createToken', { body })).toMatchObject({ status: 413 });
});

const endpoints: Readonly<Record<string, (at: Sandbox) => Promise<string>>> = {
  'Simli’s': async (at) =>
    `${socketUrl(at.simli.baseUrl)}/compose/webrtc/p2p?session_token=${await mint.simli(at)}`,
  'LiveAvatar’s room': async (at) => {
    const headers = { authorization: `Bearer ${await mint.liveavatar(at)}` };
    const started = dataOf(await call(at, 'liveavatar', 'sessions.start', { headers }));
    return `${started['livekit_url']}/rtc?access_token=${started['livekit_client_token']}`;
  },
};

test.each(Object.entries(endpoints))('closes while a WebSocket is being opened: %s', async (_name, urlOf) => {
  const listen = vi.spyOn(Server.prototype, 'listen');
  onTestFinished(() => {
    listen.mockRestore();
  });
  const closing = await createSandbox();
  const [server] = listen.mock.contexts;
  const socket = new WebSocket(await urlOf(closing));
  const outcome = new Promise((resolve) => {
    socket.on('open', () => {
      resolve('open');
    });
    socket.on('error', () => {
      resolve('broken');
    });
  });
  await once(server as Server, 'upgrade');
  await closing.close();
  expect(await outcome).toBe('broken');
  expect(closing.sessions()).toEqual([]);
});

test('names a port that is taken', async () => {
  const port = Number(new URL(sandbox.url).port);
  const second = createSandbox({ port });
  await expect(second).rejects.toThrow(PortTakenError);
  await expect(second).rejects.toThrow(
    `Port ${port} of 127.0.0.1 is taken: choose another, or 0 for any free one.`,
  );
});

test('says so when it fails itself', async () => {
  const now = (): number => {
    throw new Error('stopped');
  };
  await using other = await createSandbox({ clock: { now, advance: () => Promise.resolve() } });
  const reply = await call(other, 'simli', 'compose.listIceServers');
  expect(reply).toMatchObject({ status: 500, json: { error: 'sandbox: Error: stopped' } });
});

test('survives whatever it is sent', async () => {
  const bodies = fc.oneof(fc.json(), fc.string(), fc.constant('['.repeat(50_000)));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...operations), bodies, fc.webPath(), async (at, body, path) => {
      const headers = { ...keyHeader[at.vendor]('good-key'), 'content-type': 'application/json' };
      const init = { method: 'POST', headers, body };
      const { status } = await send(`${sandbox[at.vendor].baseUrl}${at.path.split('{')[0] ?? ''}`, init);
      expect(status).toBeLessThan(500);
      const elsewhere = await send(`${sandbox[at.vendor].baseUrl}${path}`, init);
      expect(elsewhere.status).toBeLessThan(500);
    }),
    { numRuns: 150 },
  );
});
