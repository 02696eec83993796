import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { call, dataOf, send } from '../../test/call.ts';
import { anamClient, livekitClient, simliClient, type Client } from '../../test/clients.ts';
import { mint, socketUrl } from '../../test/tokens.ts';
import { answerViolations } from '../contracts/check.ts';
import { createSandbox, type Disturbance, type Sandbox, type Vendor } from '../index.ts';

let sandbox: Sandbox;
const clients: Client[] = [];
beforeEach(async () => {
  sandbox = await createSandbox();
});
afterEach(async () => {
  for (const one of clients.splice(0)) one.close();
  await sandbox.close();
});

const WAIT = { timeout: 20_000, interval: 20 };

/** Connects as each vendor's SDK does; says what refused it when something did. */
const connect: Readonly<Record<Vendor, () => Promise<Client | string>>> = {
  simli: async () => {
    const one = simliClient(socketUrl(sandbox.simli.baseUrl), await mint.simli(sandbox));
    clients.push(one);
    await vi.waitFor(() => {
      expect(one.socket.readyState).not.toBe(one.socket.CONNECTING);
    }, WAIT);
    return one;
  },
  anam: async () => {
    const headers = { authorization: `Bearer ${await mint.anam(sandbox)}` };
    const { status, json } = await call(sandbox, 'anam', 'engine.startSession', { headers });
    const started = json as {
      sessionId: string;
      engineHost: string;
      signallingEndpoint: string;
      error: string;
    };
    if (status !== 200) return `${status} ${started.error}`;
    const url = new URL(`ws://${started.engineHost}`);
    url.pathname = started.signallingEndpoint;
    const one = anamClient(url.href, started.sessionId);
    clients.push(one);
    return one;
  },
  liveavatar: async () => {
    const headers = { authorization: `Bearer ${await mint.liveavatar(sandbox)}` };
    const reply = await call(sandbox, 'liveavatar', 'sessions.start', { headers });
    if (reply.status !== 201) return `${reply.status} ${String((reply.json as { code: number }).code)}`;
    const { livekit_url = '', livekit_client_token = '' } = dataOf(reply);
    const one = livekitClient(livekit_url, livekit_client_token);
    clients.push(one);
    return one;
  },
};

async function connected(vendor: Vendor): Promise<Client> {
  const one = await connect[vendor]();
  if (typeof one === 'string') throw new Error(one);
  return one;
}

const sees = (one: Client, count: number = 5): Promise<void> =>
  vi.waitFor(() => {
    expect(one.viewer.frames.length).toBeGreaterThan(count);
  }, WAIT);

async function standsStill({ viewer: { frames } }: Client): Promise<void> {
  await vi.waitFor(async () => {
    const before = frames.length;
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(frames.length).toBe(before);
  }, WAIT);
}

describe.each(['simli', 'anam', 'liveavatar'] as const)('%s', (vendor) => {
  test('freeze and noVideo: no frames, and the sound goes on', async () => {
    const live = await connected(vendor);
    await sees(live);
    sandbox.disturb(vendor, { kind: 'freeze' }, 'live');
    await standsStill(live);
    const blocks = live.viewer.blocks;
    await vi.waitFor(() => {
      expect(live.viewer.blocks).toBeGreaterThan(blocks + 10);
    }, WAIT);
    live.close();
    sandbox.disturb(vendor, { kind: 'noVideo' });
    const next = await connected(vendor);
    await vi.waitFor(() => {
      expect(next.viewer.blocks).toBeGreaterThan(20);
    }, WAIT);
    expect(next.viewer.frames).toEqual([]);
  });

  test('deadMedia: nothing arrives any more, and the signalling stays', async () => {
    const one = await connected(vendor);
    await sees(one, 2);
    sandbox.disturb(vendor, { kind: 'deadMedia' }, 'live');
    await standsStill(one);
    expect(one.socket.readyState).toBe(one.socket.OPEN);
    expect(sandbox.sessions()).toHaveLength(1);
  });

  test('signallingDrop: the WebSocket breaks, the picture stays', async () => {
    sandbox.disturb(vendor, { kind: 'signallingDrop', afterMs: 100 });
    const one = await connected(vendor);
    expect(await one.closed).toBe(1006);
    await sees(one, one.viewer.frames.length + 5);
  });

  test('signallingSilent: it opens, and nothing comes', async () => {
    sandbox.disturb(vendor, { kind: 'signallingSilent' });
    const one = await connected(vendor);
    await expect.poll(() => one.socket.readyState, { timeout: 10_000 }).toBe(one.socket.OPEN);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(one.socket.readyState).toBe(one.socket.OPEN);
    expect(one.told).toEqual([]);
    expect(sandbox.sessions()).toMatchObject([{ state: 'connecting', framesSent: 0 }]);
  });

  test('end: in the vendor’s words', async () => {
    const one = await connected(vendor);
    await sees(one);
    const id = sandbox.sessions()[0]?.id ?? '';
    sandbox.disturb(vendor, { kind: 'end', reason: 'NO_CREDITS' }, id);
    await one.closed;
    const words = { simli: 'STOP', anam: 'endsession NO_CREDITS', liveavatar: 'session.stopped NO_CREDITS' };
    expect(one.told).toContain(words[vendor]);
    expect(sandbox.sessions()).toEqual([]);
  });

  test('capacity and badToken: refused instead of admitted, once each', async () => {
    const refusals = {
      simli: ['RATE LIMIT REACHED: all sessions of your plan are in use', 'ERROR: INVALID_SESSION_TOKEN'],
      anam: ['429 Concurrent session limit reached', '401 Unauthorized'],
      liveavatar: ['403 4032', '401 401'],
    };
    sandbox.disturb(vendor, { kind: 'capacity' });
    sandbox.disturb(vendor, { kind: 'badToken' });
    for (const refusal of refusals[vendor]) {
      const one = await connect[vendor]();
      if (typeof one !== 'string') await one.closed;
      expect(typeof one === 'string' ? one : one.told[0]).toBe(refusal);
    }
    const noted = sandbox.journal().flatMap(({ notes }) => notes.filter((note) => note !== 'WebSocket'));
    expect(noted).toEqual(['disturbance: capacity', 'disturbance: badToken']);
    await sees(await connected(vendor), 1);
  });
});

test.each([
  [{ kind: 'explode' }, 'next', 'disturbance.kind: must be one of freeze, noVideo'],
  [null, 'next', 'disturbance: must be an object'],
  [{ kind: 'freeze', speed: 1 }, 'next', 'disturbance.speed: is not a field'],
  [{ kind: 'capacity' }, 'live', "on: must be 'next' for capacity"],
  [{ kind: 'freeze' }, '', "on: must be 'next', 'live' or the id"],
  [{ kind: 'freeze' }, 'live', 'on: simli has no such live session'],
  [{ kind: 'freeze', afterMs: 1 }, 'live', 'disturbance.afterMs: is only for the next session'],
  [{ kind: 'noVideo', afterMs: 1 }, 'next', 'disturbance.afterMs: is not a field of noVideo'],
  [{ kind: 'freeze', afterMs: -1 }, 'next', 'disturbance.afterMs: must be a whole number'],
  [{ kind: 'freeze', reason: 'x' }, 'next', 'disturbance.reason: must be a text, and only for end'],
])('refuses %j on %s', async (disturbance, on, message) => {
  expect(() => sandbox.disturb('simli', disturbance as Disturbance, on)).toThrow(message);
  const body = JSON.stringify({ vendor: 'simli', disturbance, on });
  const headers = { 'content-type': 'application/json' };
  const reply = await send(`${sandbox.url}/_sandbox/disturbances`, { method: 'POST', headers, body });
  expect(reply.status).toBe(400);
  expect((reply.json as { error: string }).error).toContain(message);
});

test('a field that is undefined is absent, and the types allow it', () => {
  const capacity: Disturbance = { kind: 'capacity', afterMs: undefined, reason: undefined };
  expect(sandbox.disturb('simli', capacity, undefined).cancel()).toBe(true);
});

test('LiveAvatar ends a session with a reason of its own list', async () => {
  const one = await connected('liveavatar');
  await sees(one, 1);
  const { id: session_id = '' } = sandbox.sessions()[0] ?? {};
  expect(() => sandbox.disturb('liveavatar', { kind: 'end', reason: 'maintenance' }, 'live')).toThrow(
    'disturbance.reason: must be one of UNKNOWN, USER_DISCONNECTED, SERVER_ERROR,',
  );
  sandbox.disturb('liveavatar', { kind: 'end' }, 'live');
  await one.closed;
  expect(one.told).toContain('session.stopped SERVER_ERROR');
  const record = await call(sandbox, 'liveavatar', 'sessions.get', { path: { session_id } });
  expect(answerViolations('liveavatar', 'sessions.get', 200, record.json)).toEqual([]);
  expect(dataOf(record)).toMatchObject({ end_reason: 'SERVER_ERROR' });
});

test('is set, seen and taken away from another process too', async () => {
  const post = (body: object): Promise<{ status: number }> =>
    send(`${sandbox.url}/_sandbox/disturbances`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  expect(await post({ vendor: 'nobody', disturbance: { kind: 'freeze' } })).toMatchObject({ status: 400 });
  expect(await post({ vendor: 'anam', disturbance: { kind: 'capacity' } })).toMatchObject({ status: 201 });
  expect(await send(`${sandbox.url}/_sandbox/disturbances`, { method: 'DELETE' })).toMatchObject({
    status: 204,
  });
  const handle = sandbox.disturb('anam', { kind: 'capacity' });
  expect([handle.cancel(), handle.cancel()]).toEqual([true, false]);
  const one = await connected('anam');
  await sees(one, 1);
  expect(await send(`${sandbox.url}/_sandbox/sessions`)).toMatchObject({
    json: { sessions: [{ vendor: 'anam', transport: 'p2p', state: 'live' }] },
  });
});
