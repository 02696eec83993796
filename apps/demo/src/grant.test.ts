import { afterEach, expect, test, vi } from 'vitest';
import { aGrant } from '../test/a-grant.ts';
import { json, serve, type Seen } from '../test/a-server.ts';
import { createGrantClient, GrantError, type Grant } from './grant.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const grant: Grant = { ...aGrant, expiresAt: '2026-01-01T01:00:00.000Z' };

const failure = async (promise: Promise<unknown>): Promise<GrantError> => {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof GrantError) return error;
  throw new Error(`not a GrantError: ${String(error)}`);
};

test('a preset becomes a grant', async () => {
  const { url, seen } = await serve((_, response) => {
    json(response, 201, grant);
  });
  expect(await createGrantClient(url).mint('anam-guide')).toEqual(grant);
  const [{ method, url: path, headers, body } = {} as Seen] = seen;
  expect([method, path, body]).toEqual(['POST', '/v1/sessions', '{"preset":"anam-guide"}']);
  expect(headers['content-type']).toBe('application/json');
  expect(headers['idempotency-key']).toBeUndefined();
});

test('an idempotency key goes along when there is one', async () => {
  const { url, seen } = await serve((_, response) => {
    json(response, 201, grant);
  });
  await createGrantClient(url).mint('anam-guide', { idempotencyKey: 'one-intent' });
  expect(seen[0]?.headers['idempotency-key']).toBe('one-intent');
});

test.each([
  ['session_not_found', 404],
  ['session_over', 410],
])('what the server need not end any more is no failed end: %s', async (code, status) => {
  const { url } = await serve((_, response) => {
    json(response, status, { code });
  });
  await createGrantClient(url).end(grant);
});

test('an end that the server refuses is one that it may not know of', async () => {
  const { url } = await serve((_, response) => {
    response.writeHead(500).end();
  });
  await expect(createGrantClient(url).end(grant)).rejects.toMatchObject({ code: 'token_server_failed' });
});

test('who is calling is proved anew where the server asks, and nowhere else', async () => {
  const { url, seen } = await serve(({ url: path }, response) => {
    if (path === '/v1/presets') json(response, 200, { presets: [] });
    else if (path.endsWith('end')) response.writeHead(204).end();
    else json(response, 200, grant);
  });
  let asked = 0;
  const grants = createGrantClient(url, () => Promise.resolve(`proof-${(asked += 1)}`));
  await grants.presets();
  await grants.mint('anam-guide', { idempotencyKey: 'one-intent' });
  await grants.heartbeat(grant);
  await grants.end(grant);
  expect(seen.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer proof-1',
    'Bearer proof-2',
    'Bearer proof-3',
    undefined,
  ]);
  expect(seen[1]?.headers).toMatchObject({
    'idempotency-key': 'one-intent',
    'content-type': 'application/json',
  });
});

test('without a proof nothing is asked, and the reason is told', async () => {
  const { url, seen } = await serve((_, response) => {
    json(response, 200, {});
  });
  const reason = new Error('nobody is logged in');
  await expect(createGrantClient(url, () => Promise.reject(reason)).mint('anam-guide')).rejects.toBe(reason);
  expect(seen).toEqual([]);
});

test('presets are listed, and those of vendors that this page does not know are left out', async () => {
  const limits = { maxSessionSeconds: 60 };
  const { url } = await serve((_, response) => {
    json(response, 200, {
      presets: [
        { name: 'a', vendor: 'simli', limits },
        { name: 'b', vendor: 'of-tomorrow', limits },
      ],
    });
  });
  expect((await createGrantClient(url).presets()).map(({ name }) => name)).toEqual(['a']);
});

test('a problem document becomes a sentence with its code, its time to wait and its request id', async () => {
  const { url } = await serve((_, response) => {
    const problem = {
      title: 'All sessions are taken',
      detail: 'The vendor has no room.',
      code: 'vendor_busy',
      hint: 'Try again after the time in Retry-After.',
      request_id: 'req-1',
    };
    json(response, 503, problem, { 'retry-after': '30' });
  });
  const error = await failure(createGrantClient(url).mint('anam-guide'));
  expect(error.message).toBe('The vendor has no room.');
  expect(error).toMatchObject({
    code: 'vendor_busy',
    // The time says it, and nobody who looks at a page sees a header.
    hint: undefined,
    requestId: 'req-1',
    retryAfterSeconds: 30,
  });
});

test.each([
  ['its title, where it has no more', { title: 'The server failed' }, 'The server failed.', undefined],
  ['its code, where it has no words', {}, 'internal_error.', undefined],
  [
    'its hint, where no time says more',
    { detail: 'It failed.', hint: 'Ask them.' },
    'It failed.',
    'Ask them.',
  ],
])('a problem document is told by %s', async (_, words, message, hint) => {
  const { url } = await serve((__, response) => {
    json(response, 500, { code: 'internal_error', ...words });
  });
  const error = await failure(createGrantClient(url).mint('anam-guide'));
  expect(error.message).toBe(message);
  expect(error.hint).toBe(hint);
});

test.each([
  ['a page of a proxy', 502, '<html>Bad gateway</html>', 'token_server_failed'],
  ['nothing', 500, '', 'token_server_failed'],
  ['JSON of something else', 404, '{"error":"no"}', 'not_a_token_server'],
  ['a page of a site', 403, '<html>Forbidden</html>', 'not_a_token_server'],
])('a refusal that is %s still becomes a sentence', async (_, status, body, code) => {
  const { url } = await serve((__, response) => {
    response.writeHead(status).end(body);
  });
  const error = await failure(createGrantClient(url).mint('anam-guide'));
  expect(error.code).toBe(code);
  expect(error.message).toContain(String(status));
});

test.each([['{}'], ['[]'], ['null'], ['not JSON'], ['{"id":"x","vendor":"anam","preset":"p","token":"t"}']])(
  'a success that holds no grant is refused: %s',
  async (body) => {
    const { url } = await serve((_, response) => {
      response.writeHead(201).end(body);
    });
    expect((await failure(createGrantClient(url).mint('anam-guide'))).code).toBe('not_a_token_server');
  },
);

test('a server that is down is a sentence that names it', async () => {
  const error = await failure(createGrantClient('http://127.0.0.1:1').mint('anam-guide'));
  expect(error.code).toBe('token_server_unreachable');
  expect(error.message).toContain('http://127.0.0.1:1');
});

test('an abort rejects with its own reason', async () => {
  const { url } = await serve(() => undefined);
  const controller = new AbortController();
  const minting = createGrantClient(url).mint('anam-guide', { signal: controller.signal });
  const reason = new Error('the user left');
  setTimeout(() => {
    controller.abort(reason);
  }, 20);
  await expect(minting).rejects.toBe(reason);
});

test('the server is told that the page lives, when it shows a picture, and when it ends', async () => {
  const { url, seen } = await serve(({ url: path }, response) => {
    if (path.includes('over')) json(response, 409, { code: 'session_over', title: 'The session is over' });
    else if (path.includes('lost')) json(response, 404, { code: 'session_not_found', title: 'No session' });
    else if (path.endsWith('end')) response.writeHead(204).end();
    else json(response, 200, { canStop: true });
  });
  const beacon = vi.fn();
  const fetched = vi.spyOn(globalThis, 'fetch');
  vi.stubGlobal('navigator', { sendBeacon: beacon });
  const grants = createGrantClient(url);
  expect(await grants.heartbeat(grant)).toEqual({ state: 'alive', canStop: true });
  expect(await grants.heartbeat({ ...grant, id: 'over' })).toEqual({ state: 'gone' });
  expect(await grants.heartbeat({ ...grant, id: 'lost' })).toEqual({ state: 'forgotten' });
  await grants.end(grant);
  // A page that is closed just then ends its session all the same.
  expect(fetched.mock.lastCall?.[1]).toMatchObject({ keepalive: true });
  grants.endByBeacon(grant);
  expect(seen.map(({ method, url: path, body }) => `${method} ${path} ${body}`)).toEqual([
    'POST /v1/sessions/0b9f4c1e/heartbeat ',
    'POST /v1/sessions/over/heartbeat ',
    'POST /v1/sessions/lost/heartbeat ',
    'POST /v1/sessions/0b9f4c1e/end end-token',
  ]);
  grants.firstFrameByBeacon(grant, 812.6);
  expect(beacon.mock.calls).toEqual([
    [`${url}/v1/sessions/0b9f4c1e/end`, 'end-token'],
    [`${url}/v1/sessions/0b9f4c1e/first-frame`, 'end-token 813'],
  ]);
});

test('a heartbeat says what the vendor calls the session, once the page knows', async () => {
  const { url, seen } = await serve((_, response) => {
    json(response, 200, {});
  });
  const grants = createGrantClient(url);
  await grants.heartbeat(grant);
  // A server that does not say whether it can stop the session leaves it open.
  const alive = { state: 'alive', canStop: undefined };
  expect(await grants.heartbeat(grant, 'engine-session')).toEqual(alive);
  expect(seen.map(({ body, headers }) => [body, headers['content-type']])).toEqual([
    ['', undefined],
    ['{"vendorSessionId":"engine-session"}', 'application/json'],
  ]);
});

test('a server that fails a heartbeat has not ended the session', async () => {
  const { url } = await serve((_, response) => {
    json(response, 500, { code: 'internal_error', title: 'The server failed' });
  });
  expect((await failure(createGrantClient(url).heartbeat(grant))).code).toBe('internal_error');
});
