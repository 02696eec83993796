import { createSandbox, type Sandbox } from '@org/sandbox';
import { Secret } from '@org/core';
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Preset } from '../src/config/presets.ts';
import { ask, askForSession, type Reply } from './ask.ts';
import { bearer, startIssuer, type Issuer } from './issuer.ts';
import { start, type Started } from './start.ts';
import { startedHost } from './started-host.ts';

let sandbox: Sandbox;
let issuer: Issuer;
let started: Started;

const unstarted: Preset = { ...startedHost, name: 'unstarted', start: false, heartbeatSeconds: undefined };
const simli: Preset = {
  name: 'face',
  vendor: 'simli',
  description: undefined,
  caps: { maxSessionSeconds: 60 },
  request: { faceId: 'x', maxSessionLength: 60, maxIdleTime: 60 },
};
const presets: readonly Preset[] = [
  startedHost,
  unstarted,
  simli,
  { ...simli, name: 'trusting', trustPages: true },
  { ...startedHost, name: 'silent', heartbeatSeconds: 1 },
  { ...simli, name: 'with-fallback', fallback: ['face', 'host'] },
];

const accounts = (): Parameters<typeof start>[0] => {
  const apiKey = new Secret('any-key');
  return {
    simli: { apiKey, baseUrl: sandbox.simli.baseUrl },
    anam: { apiKey, baseUrl: sandbox.anam.baseUrl },
    liveavatar: { apiKey, baseUrl: sandbox.liveavatar.baseUrl },
  };
};

beforeAll(async () => {
  sandbox = await createSandbox();
  issuer = await startIssuer();
});
afterAll(async () => {
  await issuer[Symbol.asyncDispose]();
  await sandbox.close();
});
beforeEach(async () => {
  started = await start(accounts(), { dev: false, callers: issuer.callers, presets, limits: roomy });
});
afterEach(async () => {
  await started[Symbol.asyncDispose]();
  sandbox.reset();
});

const roomy = {
  requests: { perCaller: undefined, perAddress: undefined, overall: undefined },
  sessions: { perCaller: 5, perVendor: {} },
  minutesPerCallerAndDay: 100,
};

interface GrantBody {
  readonly id: string;
  readonly token: string;
  readonly endToken: string;
  readonly connect: Readonly<Record<string, unknown>>;
}

async function mint(preset: string, sub = 'ada', headers = {}): Promise<Reply> {
  return askForSession(started.url, { preset }, { ...bearer(await issuer.token({ sub })), ...headers });
}

async function grant(preset: string, sub?: string, headers?: object): Promise<GrantBody> {
  const { status, json } = await mint(preset, sub, headers);
  expect(status).toBe(201);
  return json as GrantBody;
}

async function about(id: string, method = 'GET', path = '', sub = 'ada'): Promise<Reply> {
  return ask(`${started.url}/v1/sessions/${id}${path}`, {
    method,
    headers: bearer(await issuer.token({ sub })),
  });
}

/** What runs at the vendor, by its own list. */
async function running(): Promise<number> {
  const { json } = await ask(`${sandbox.liveavatar.baseUrl}/v1/sessions?type=active`, {
    headers: { 'x-api-key': 'any-key' },
  });
  return (json as { data: { count: number } }).data.count;
}

const receipts = (): unknown[] =>
  started.lines
    .map((line): unknown => JSON.parse(line))
    .filter((line) => (line as { audit?: string }).audit === 'ended');

describe('a session that the server starts', () => {
  test('runs, is joined, is kept alive, and stops at the vendor when it is ended', async () => {
    const { id, connect } = await grant('host');
    expect(connect).toMatchObject({
      session_id: expect.any(String) as string,
      livekit_url: expect.stringMatching(/^wss?:/) as string,
      livekit_client_token: expect.any(String) as string,
    });
    expect(await running()).toBe(1);
    expect((await about(id, 'POST', '/heartbeat')).json).toMatchObject({ id, status: 'live' });
    expect((await about(id, 'DELETE')).status).toBe(204);
    expect(await running()).toBe(0);
    expect((await about(id, 'DELETE')).status).toBe(204);
    expect((await about(id)).json).toMatchObject({ status: 'ended', endReason: 'asked' });
    expect((await about(id, 'POST', '/heartbeat')).json).toMatchObject({ code: 'session_over' });
    expect(receipts()).toMatchObject([
      { caller: 'jwt:ada', preset: 'host', vendor: 'liveavatar', session: id, reason: 'asked' },
    ]);
  });

  test('is ended when its page falls silent', async () => {
    const { id } = await grant('silent');
    expect(await running()).toBe(1);
    await expect.poll(async () => ((await about(id)).json as { status: string }).status).toBe('ended');
    expect(await running()).toBe(0);
    expect(receipts()).toMatchObject([{ reason: 'silent' }]);
  });

  test('leaves nothing behind when its start fails, or its outcome is unknown', async () => {
    sandbox.fail('liveavatar', 'sessions.start', { status: 400 });
    expect((await mint('host')).status).toBeGreaterThanOrEqual(500);
    sandbox.fail('liveavatar', 'sessions.start', { truncate: true });
    expect((await mint('host')).status).toBeGreaterThanOrEqual(500);
    expect(await running()).toBe(0);
    // The one of which nobody knows is stopped again before it counts no longer.
    const headers = bearer(await issuer.token());
    const leased = async (): Promise<unknown> => (await ask(`${started.url}/v1/sessions`, { headers })).json;
    expect(await leased()).toMatchObject({ sessions: [{ status: 'ending', endReason: 'start_failed' }] });
    await expect.poll(leased, { timeout: 15_000 }).toEqual({ sessions: [] });
  }, 20_000);

  test('is stopped again until the vendor has stopped it, and counts until then', async () => {
    const { id } = await grant('host');
    sandbox.fail('liveavatar', 'sessions.stop', { status: 503, times: 3 });
    expect((await about(id, 'DELETE')).status).toBe(202);
    expect(await running()).toBe(1);
    await expect.poll(running).toBe(0);
    await expect.poll(() => receipts()).toMatchObject([{ reason: 'asked', session: id }]);
  });

  test('is ended when the server is', async () => {
    await grant('host');
    await grant('unstarted');
    await started.server.close();
    expect(await running()).toBe(0);
    expect(receipts()).toMatchObject([{ reason: 'shutdown' }, { reason: 'shutdown' }]);
  });

  // At fifty points by chance: faults/hang-up.test.ts.
  test('is ended for a caller who hangs up, at whatever point', async () => {
    const headers = { 'content-type': 'application/json', ...bearer(await issuer.token()) };
    const leased = async (): Promise<number> => {
      const { json } = await ask(`${started.url}/v1/sessions`, { headers });
      return (json as { sessions: unknown[] }).sessions.length;
    };
    const answered = (operation: string): Promise<number> =>
      Promise.resolve(sandbox.journal().filter((entry) => entry.operation === operation).length);
    const points = [
      ['sessions.createToken', leased],
      ['sessions.start', () => answered('sessions.createToken')],
    ] as const;
    for (const [slow, reached] of points) {
      const before = await reached();
      sandbox.fail('liveavatar', slow, { delayMs: 400 });
      const caller = request(`${started.url}/v1/sessions`, { method: 'POST', headers, agent: false });
      caller.on('error', () => undefined).end('{"preset":"host"}');
      await expect.poll(reached).toBe(before + 1);
      caller.destroy();
      // The vendor does it all the same.
      await expect.poll(() => answered(slow)).toBe(1);
      await expect.poll(async () => [await leased(), await running()]).toEqual([0, 0]);
    }
    expect(receipts()).toMatchObject([{ reason: 'caller_gone' }, { reason: 'caller_gone' }]);
  });
});

describe('a session that nobody can end', () => {
  test('counts until its own cap, whatever its page says', async () => {
    const { id } = await grant('face');
    const { status, json } = await about(id, 'DELETE');
    expect([status, json]).toMatchObject([202, { status: 'ending' }]);
    const { json: all } = await ask(`${started.url}/v1/sessions`, { headers: bearer(await issuer.token()) });
    expect(all).toMatchObject({ sessions: [{ id, status: 'ending' }] });
    expect(receipts()).toEqual([]);
  });

  test('is over at its page’s word where the preset says so', async () => {
    const { id } = await grant('trusting');
    expect((await about(id, 'DELETE')).status).toBe(204);
    expect(receipts()).toMatchObject([{ session: id, vendor: 'simli', reason: 'asked' }]);
  });
});

describe('a page that goes away', () => {
  const beacon = (id: string, body: string): Promise<Reply> =>
    ask(`${started.url}/v1/sessions/${id}/end`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain;charset=UTF-8' },
      body,
    });

  test('ends its session by the token of its grant, and only its own', async () => {
    const [mine, other] = [await grant('host'), await grant('host')];
    expect((await beacon(mine.id, other.endToken)).status).toBe(404);
    expect((await beacon(mine.id, 'guess')).status).toBe(400);
    expect((await beacon(mine.id, '')).status).toBe(401);
    expect(await running()).toBe(2);
    expect((await beacon(mine.id, mine.endToken)).status).toBe(204);
    expect((await beacon(other.id, JSON.stringify({ endToken: other.endToken }))).status).toBe(204);
    expect(await running()).toBe(0);
    expect(receipts()).toMatchObject([{ reason: 'page_closed' }, { reason: 'page_closed' }]);
  });

  test('may also say who it is', async () => {
    const { id } = await grant('host');
    expect((await about(id, 'POST', '/end')).status).toBe(204);
  });
});

test('another’s session is as if it were not there', async () => {
  const { id } = await grant('host');
  for (const [method, path] of [
    ['GET', ''],
    ['DELETE', ''],
    ['POST', '/heartbeat'],
    ['POST', '/end'],
  ] as const) {
    const { status, json } = await about(id, method, path, 'eve');
    expect([status, json]).toMatchObject([404, { code: 'session_not_found' }]);
    expect((await about('not-an-id', method, path)).status).toBe(404);
  }
  const { json } = await ask(`${started.url}/v1/sessions`, {
    headers: bearer(await issuer.token({ sub: 'eve' })),
  });
  expect(json).toEqual({ sessions: [] });
  expect(await running()).toBe(1);
});

describe('an Idempotency-Key', () => {
  const key = { 'idempotency-key': 'intent-1' };

  test('gives one grant to all who ask at once, and later', async () => {
    const replies = await Promise.all(Array.from({ length: 10 }, () => mint('host', 'ada', key)));
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 201));
    const again = await mint('host', 'ada', key);
    expect(again.text).toBe(replies[0]?.text);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(await running()).toBe(1);
    expect((await grant('host', 'eve', key)).id).not.toBe((again.json as GrantBody).id);
  });

  test('is for one intent', async () => {
    await grant('host', 'ada', key);
    const { status, json } = await mint('face', 'ada', key);
    expect([status, json]).toMatchObject([409, { code: 'key_reused' }]);
    expect((await mint('host', 'ada', { 'idempotency-key': 'x'.repeat(201) })).status).toBe(400);
  });

  test('gives no grant whose session is over', async () => {
    const { id } = await grant('host', 'ada', key);
    await ask(`${started.url}/v1/sessions/${id}`, {
      method: 'DELETE',
      headers: bearer(await issuer.token({ sub: 'ada' })),
    });
    const { status, json } = await mint('host', 'ada', key);
    expect([status, json]).toMatchObject([409, { code: 'session_over' }]);
    expect(await running()).toBe(0);
  });

  test('of a request that failed may be used again', async () => {
    sandbox.fail('liveavatar', 'sessions.start', { status: 400 });
    expect((await mint('host', 'ada', key)).status).toBeGreaterThanOrEqual(500);
    expect((await mint('host', 'ada', key)).status).toBe(201);
  });
});

test('a preset names others for when its vendor fails', async () => {
  sandbox.fail('simli', 'compose.createToken', { status: 500, times: 9 });
  const { json } = await mint('with-fallback');
  expect(json).toMatchObject({ preset: 'host', vendor: 'liveavatar' });
});

test('a vendor that fails again and again is left alone, and the others are not', async () => {
  sandbox.fail('simli', 'compose.createToken', { status: 400, times: 1 });
  sandbox.fail('simli', 'compose.createToken', { status: 502, times: Infinity });
  const codes = [];
  for (let n = 0; n < 8; n++) codes.push(((await mint('face')).json as { code: string }).code);
  expect(codes.at(-1)).toBe('vendor_paused');
  const asked = sandbox.journal().length;
  const paused = await mint('face');
  expect([paused.status, Number(paused.headers['retry-after']) > 0]).toEqual([503, true]);
  expect(sandbox.journal().length).toBe(asked);
  expect((await mint('host')).status).toBe(201);
});
