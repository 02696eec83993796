import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RETRY_AFTER_BUSY_SECONDS } from '../src/config/constants.ts';
import { NO_LIMITS, type Limits } from '../src/config/limits.ts';
import type { Preset } from '../src/config/presets.ts';
import { addressGroup } from '../src/http/address.ts';
import { PROBLEM_KINDS, type ProblemCode } from '../src/http/problem-codes.ts';
import { ask, askForSession, type Reply } from './ask.ts';
import { startFakeVendor, type FakeVendor } from './fake-vendor.ts';
import { bearer } from './issuer.ts';
import { haveRedis, startRedis } from './redis-server.ts';
import { launchReplica, SERVICE_KEY, writeSettings, type Replica, type Settings } from './replica.ts';
import { accountsAt, start, type Started } from './start.ts';

let vendor: FakeVendor;
beforeAll(async () => {
  vendor = await startFakeVendor();
});
afterAll(() => vendor[Symbol.asyncDispose]());

const preset = (more: Partial<Preset> = {}): Preset => ({
  name: 'a',
  vendor: 'anam',
  description: undefined,
  caps: { maxSessionSeconds: 60 },
  request: { personaConfig: { avatarId: 'x', maxSessionLengthSeconds: 60 } },
  ...more,
});

const withLimits = (limits: Partial<Limits>, presets = [preset()]): Promise<Started> =>
  start(accountsAt(vendor.url), { presets, limits: { ...NO_LIMITS, ...limits } });

async function atOnce(count: number, request: () => Promise<Reply>): Promise<Reply[]> {
  return Promise.all(Array.from({ length: count }, request));
}

const granted = (replies: readonly Reply[]): Reply[] => replies.filter(({ status }) => status === 201);

describe('a limit', () => {
  test.each<[string, Partial<Limits>, Preset[], number, string, string]>([
    [
      'of requests per caller',
      { requests: { ...NO_LIMITS.requests, perCaller: { count: 10, seconds: 600 } } },
      [preset()],
      429,
      'too_many_requests',
      'requests.perCaller',
    ],
    [
      'of requests per address',
      { requests: { ...NO_LIMITS.requests, perAddress: { count: 10, seconds: 600 } } },
      [preset()],
      429,
      'too_many_requests',
      'requests.perAddress',
    ],
    [
      'of requests in all',
      { requests: { ...NO_LIMITS.requests, overall: { count: 10, seconds: 600 } } },
      [preset()],
      429,
      'too_many_requests',
      'requests.overall',
    ],
    [
      'of sessions per caller',
      { sessions: { perCaller: 10, perVendor: {} } },
      [preset()],
      429,
      'too_many_sessions',
      'sessions.perCaller',
    ],
    [
      'of sessions per preset',
      {},
      [preset({ sessions: 10 })],
      429,
      'too_many_sessions',
      'presets.a.sessions',
    ],
    [
      'of sessions per vendor',
      { sessions: { perCaller: undefined, perVendor: { anam: 10 } } },
      [preset()],
      429,
      'too_many_sessions',
      'sessions.perVendor.anam',
    ],
    [
      'of minutes',
      { minutesPerCallerAndDay: 10 },
      [preset()],
      429,
      'minutes_used_up',
      'minutesPerCallerAndDay',
    ],
  ])(
    '%s gives ten of three hundred at once what they ask for',
    async (_what, limits, presets, status, code, limit) => {
      await using started = await withLimits(limits, presets);
      const replies = await atOnce(300, () => askForSession(started.url, { preset: 'a' }));
      expect(granted(replies)).toHaveLength(10);
      const refused = replies.filter((reply) => reply.status !== 201);
      for (const reply of refused) {
        expect([reply.status, reply.json]).toMatchObject([status, { code, limit }]);
        expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
      }
      // Each is computed, so the README's table must not have a number for it.
      expect(PROBLEM_KINDS[code as ProblemCode].waitsUntil).toMatch(/^until /);
    },
  );

  test('of memory lets exactly ten of a thousand in', async () => {
    await using started = await withLimits({ sessions: { perCaller: 10, perVendor: {} } });
    const replies = await atOnce(1_000, () => askForSession(started.url, { preset: 'a' }));
    expect(granted(replies)).toHaveLength(10);
  });

  test('of no sessions lets nobody in, and names a time that is one', async () => {
    await using started = await withLimits({}, [preset({ sessions: 0 })]);
    const { status, json, headers } = await askForSession(started.url, { preset: 'a' });
    expect([status, json]).toMatchObject([429, { code: 'too_many_sessions', limit: 'presets.a.sessions' }]);
    expect(headers['retry-after']).toBe(String(RETRY_AFTER_BUSY_SECONDS));
  });

  test('on asking does not keep a heartbeat out', async () => {
    const perCaller = { count: 1, seconds: 600 };
    await using started = await withLimits({ requests: { ...NO_LIMITS.requests, perCaller } });
    const { json } = await askForSession(started.url, { preset: 'a' });
    expect((await askForSession(started.url, { preset: 'a' })).status).toBe(429);
    const { id } = json as { id: string };
    expect((await ask(`${started.url}/v1/sessions/${id}/heartbeat`, { method: 'POST' })).status).toBe(200);
  });

  test('in all keeps no page out because strangers make beacons up', async () => {
    const overall = { count: 5, seconds: 600 };
    const perAddress = { count: 3, seconds: 600 };
    const requests = { ...NO_LIMITS.requests, overall, perAddress };
    await using started = await withLimits({ requests });
    const { json } = await askForSession(started.url, { preset: 'a' });
    const { id, endToken } = json as { id: string; endToken: string };
    const post = async (path: string, body = ''): Promise<number> =>
      (await ask(`${started.url}/v1/sessions/${id}/${path}`, { method: 'POST', body })).status;
    const madeUp = 'a'.repeat(32);
    const statuses: number[] = [];
    for (let n = 0; n < 4; n++) {
      statuses.push(await post('end', madeUp), await post('first-frame', `${madeUp} 900`));
    }
    // Whoever makes them up is slowed down.
    expect(statuses).toEqual([404, 404, 404, 429, 429, 429, 429, 429]);
    expect(await post('heartbeat')).toBe(200);
    expect(await post('first-frame', `${endToken} 900`)).toBe(204);
    expect(await post('end', endToken)).toBe(202);
    expect(await post('end', endToken)).toBe(429);
  });

  test('of nothing is a kill switch', async () => {
    await using started = await start(accountsAt(vendor.url), {
      presets: [preset()],
      killSwitch: new Set(['all']),
    });
    const { status, json } = await askForSession(started.url, { preset: 'a' });
    expect([status, json]).toMatchObject([503, { code: 'killed', limit: 'killSwitch.all' }]);
    await expect.poll(() => started.lastRequest()).toMatchObject({ level: 'info', code: 'killed' });
    expect(started.lastRequest()).not.toHaveProperty('error');
  });
});

describe('an address', () => {
  test.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['2001:db8:1:2ff:a:b:c:d', '2001:db8:1:200::/56'],
    ['2001:db8:1:200::1', '2001:db8:1:200::/56'],
    ['2001:db8:1:300::1', '2001:db8:1:300::/56'],
    ['::1', '0:0:0:0::/56'],
    ['fe80::1%eth0', 'fe80:0:0:0::/56'],
    ['192.0.2.1:50123', '192.0.2.1'],
    ['[2001:db8:1:2ff::1]:50123', '2001:db8:1:200::/56'],
    ['[2001:db8:1:2ff::1]', '2001:db8:1:200::/56'],
    ['[::ffff:10.0.0.1]:1', '10.0.0.1'],
    ['unknown', 'unknown'],
  ])('%s counts as %s', (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });

  test('is the proxy’s word only where the proxy is trusted', async () => {
    const requests = { ...NO_LIMITS.requests, perAddress: { count: 1, seconds: 600 } };
    const limits = { ...NO_LIMITS, requests };
    for (const trustedProxies of [[], ['127.0.0.0/8']]) {
      await using started = await start(accountsAt(vendor.url), {
        presets: [preset()],
        limits,
        trustedProxies,
      });
      const from = (address: string): Promise<Reply> =>
        askForSession(started.url, { preset: 'a' }, { 'x-forwarded-for': address });
      expect((await from('192.0.2.1')).status).toBe(201);
      expect((await from('192.0.2.2')).status).toBe(trustedProxies.length === 0 ? 429 : 201);
      expect((await from('192.0.2.2')).status).toBe(429);
      expect((await from('192.0.2.2:50123')).status).toBe(429);
    }
  });
});

describe.skipIf(!haveRedis)('two processes on one Redis', () => {
  let settings: Settings;

  beforeAll(async () => {
    settings = await writeSettings(
      'limits:\n  requests: { perCaller: none, perAddress: none, overall: none }\n  sessions: { perCaller: 10 }\n' +
        'presets:\n  a: { vendor: anam, caps: { maxSessionSeconds: 60 }, request: { personaConfig: { avatarId: x } } }\n',
      { ANAM_BASE_URL: vendor.url },
    );
  });
  afterAll(() => settings[Symbol.asyncDispose]());

  const launch = (redis: string): Promise<Replica> =>
    launchReplica({ ...settings.environment, REDIS_URL: redis });

  const mint = (url: string, headers = {}): Promise<Reply> =>
    askForSession(url, { preset: 'a' }, { ...bearer(SERVICE_KEY), ...headers });

  test('give exactly ten of a thousand simultaneous requests a lease; one key gives one grant', async () => {
    await using redis = await startRedis();
    await using one = await launch(redis.url);
    await using other = await launch(redis.url);
    const intent = { 'idempotency-key': 'one-intent' };
    const twice = await Promise.all([one, other].map(({ url }) => mint(url, intent)));
    expect(twice.map(({ status }) => status)).toEqual([201, 201]);
    expect(twice[0]?.text).toBe(twice[1]?.text);
    const replies = (await Promise.all([one, other].map(({ url }) => atOnce(500, () => mint(url))))).flat();
    expect(granted(replies)).toHaveLength(9);
    const { json } = await ask(`${other.url}/v1/sessions`, { headers: bearer(SERVICE_KEY) });
    expect((json as { sessions: unknown[] }).sessions).toHaveLength(10);

    // One is killed: the other goes on with every lease, and lets nobody in beside them.
    await one.stop('SIGKILL');
    expect((await mint(other.url)).status).toBe(429);
    expect(await other.stop()).toBe(0);
  });

  test('without Redis refuse, and come back by themselves', async () => {
    await using redis = await startRedis();
    await using replica = await launch(redis.url);
    // It listens once it has Redis, so the first request finds it.
    expect((await mint(replica.url)).status).toBe(201);
    await redis.kill();
    const refused = await mint(replica.url);
    expect([refused.status, refused.json]).toMatchObject([503, { code: 'state_unavailable' }]);
    await redis.restart();
    await expect.poll(async () => (await mint(replica.url)).status).toBe(201);
    expect(await replica.stop()).toBe(0);
  });

  test('start without Redis too, and refuse until it is there', async () => {
    await using redis = await startRedis();
    await redis.kill();
    await using replica = await launch(redis.url);
    const { url } = replica;
    expect((await ask(`${url}/healthz`)).status).toBe(200);
    expect((await mint(url)).json).toMatchObject({ code: 'state_unavailable' });
    await redis.restart();
    await expect.poll(async () => (await mint(url)).status).toBe(201);
  });
});
