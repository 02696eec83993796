import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, askForSession } from '../../test/ask.ts';
import { startFakeVendor, type FakeVendor } from '../../test/fake-vendor.ts';
import { accountsAt, start, type Started } from '../../test/start.ts';

const NOBODYS = '6f1f3c1e-7a52-4b43-9d0a-1b7d6f4e2a11';

let vendor: FakeVendor;
let started: Started;

beforeAll(async () => {
  vendor = await startFakeVendor();
  started = await start(accountsAt(vendor.url));
});
afterAll(async () => {
  await started[Symbol.asyncDispose]();
  await vendor[Symbol.asyncDispose]();
});

describe('routes', () => {
  test('GET /v1/presets shows the public parts alone', async () => {
    const { status, json } = await ask(`${started.url}/v1/presets`);
    expect(status).toBe(200);
    expect(json).toEqual({
      presets: [
        {
          name: 'simli-greeter',
          vendor: 'simli',
          description: 'A face that greets, moved by the audio that the page sends',
          limits: { maxSessionSeconds: 600, idleSeconds: 60 },
        },
        {
          name: 'anam-guide',
          vendor: 'anam',
          description: 'A guide who listens and answers',
          limits: { maxSessionSeconds: 600 },
        },
        {
          name: 'liveavatar-host',
          vendor: 'liveavatar',
          description: 'A host who listens and answers',
          limits: { maxSessionSeconds: 600 },
        },
      ],
    });
  });

  test.each([
    ['/healthz', { status: 'alive' }],
    ['/readyz', { status: 'ready' }],
  ])('GET %s', async (path, body) => {
    const { status, json } = await ask(`${started.url}${path}`);
    expect([status, json]).toEqual([200, body]);
  });

  test.each([
    ['DELETE', '/v1/sessions', 'GET, HEAD, POST'],
    ['POST', `/v1/sessions/${NOBODYS}`, 'GET, HEAD, DELETE'],
    ['GET', `/v1/sessions/${NOBODYS}/heartbeat`, 'POST'],
    ['GET', `/v1/sessions/${NOBODYS}/end`, 'POST'],
    ['POST', '/v1/presets', 'GET, HEAD'],
    ['PUT', '/healthz', 'GET, HEAD'],
    ['OPTIONS', '/readyz', 'GET, HEAD'],
  ])('%s %s is answered with the methods that there are', async (method, path, allow) => {
    const { status, json, headers } = await ask(`${started.url}${path}`, { method });
    expect([status, headers.allow]).toEqual([405, allow]);
    expect(json).toMatchObject({ code: 'method_not_allowed', hint: 'The Allow header lists the methods.' });
  });

  test.each(['/', '/v1', '/v1/sessions/1/2', '/%E0%A4%A', '//evil.example.com'])(
    '%s is not there',
    async (path) => {
      const { status, json } = await ask(`${started.url}${path}`);
      expect([status, json]).toMatchObject([404, { code: 'not_found', hint: 'GET /docs lists the routes.' }]);
      expect(started.lastRequest()).not.toHaveProperty('route');
    },
  );
});

test('every answer is for one reader, and gives away nothing of the server', async () => {
  for (const path of ['/healthz', '/v1/presets', '/nowhere']) {
    const { headers } = await ask(started.url + path);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('etag');
  }
});

test('a request cannot choose its own id', async () => {
  const { headers } = await ask(`${started.url}/healthz`, { headers: { 'x-request-id': 'mine' } });
  expect(headers['x-request-id']).not.toBe('mine');
});

describe('the door', () => {
  test.each(['evil.example.com', 'localhost.evil.example.com', '127.0.0.1@evil.example.com', '10.0.0.1'])(
    'is shut for the Host "%s"',
    async (host) => {
      const { status, json } = await ask(`${started.url}/v1/presets`, { headers: { host } });
      expect([status, (json as { code: string }).code]).toEqual([403, 'host_not_allowed']);
    },
  );

  test.each(['localhost', 'LOCALHOST:1', '127.0.0.1:8787', '[::1]:8787'])(
    'is open for the Host "%s"',
    async (host) => {
      expect((await ask(`${started.url}/v1/presets`, { headers: { host } })).status).toBe(200);
    },
  );

  test.each(['https://evil.example.com', 'null', 'http://localhost.evil.example.com', 'file://localhost'])(
    'lets no page of %s mint',
    async (origin) => {
      const asked = vendor.asked.length;
      const { status, json, headers } = await askForSession(
        started.url,
        { preset: 'anam-guide' },
        { origin },
      );
      expect([status, (json as { code: string }).code]).toEqual([403, 'origin_not_allowed']);
      expect(headers).not.toHaveProperty('access-control-allow-origin');
      expect(vendor.asked.length).toBe(asked);
      const read = await ask(`${started.url}/v1/presets`, { headers: { origin } });
      expect(read.headers).not.toHaveProperty('access-control-allow-origin');
    },
  );

  test.each(['http://localhost:5173', 'http://127.0.0.1:3000', 'http://[::1]:3000'])(
    'lets a page of %s mint',
    async (origin) => {
      const preflight = await ask(`${started.url}/v1/sessions`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type',
        },
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'GET, POST, DELETE',
        'access-control-allow-headers': 'Authorization, Content-Type, Idempotency-Key',
        vary: 'Origin',
      });
      const { status, headers } = await askForSession(started.url, { preset: 'anam-guide' }, { origin });
      expect(status).toBe(201);
      expect(headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-expose-headers': 'X-Request-Id, Retry-After, Server-Timing, Idempotency-Replayed',
        vary: 'Origin',
      });
    },
  );

  test('lets a local page read a problem', async () => {
    const origin = 'http://localhost:5173';
    const { headers } = await askForSession(started.url, { preset: 'nobody' }, { origin });
    expect(headers['access-control-allow-origin']).toBe(origin);
  });
});
