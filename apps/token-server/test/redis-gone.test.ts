import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Preset } from '../src/config/presets.ts';
import { ask, askForSession, type Reply } from './ask.ts';
import { startFakeVendor, type FakeVendor } from './fake-vendor.ts';
import { metricsOf } from './metrics-of.ts';
import { haveRedis, startRedis, type RedisServer } from './redis-server.ts';
import { accountsAt, start, type Started } from './start.ts';
import { stateIn } from './started-host.ts';

const preset: Preset = {
  name: 'a',
  vendor: 'anam',
  description: undefined,
  caps: { maxSessionSeconds: 60 },
  request: { personaConfig: { avatarId: 'x', maxSessionLengthSeconds: 60 } },
};

interface Granted {
  readonly id: string;
  readonly endToken: string;
}

let vendor: FakeVendor;
beforeAll(async () => {
  vendor = await startFakeVendor();
});
afterAll(() => vendor[Symbol.asyncDispose]());

describe.skipIf(!haveRedis)('while Redis is gone', () => {
  let redis: RedisServer;
  beforeEach(async () => {
    redis = await startRedis();
    return () => redis[Symbol.asyncDispose]();
  });

  const launch = (whenDown: 'refuse' | 'local'): Promise<Started> =>
    start(accountsAt(vendor.url), {
      presets: [preset],
      metrics: { host: '127.0.0.1', port: 0 },
      ...stateIn(redis, 'gone', whenDown),
    });

  const grant = async ({ url }: Started): Promise<Granted> => {
    const { status, json } = await askForSession(url, { preset: 'a' });
    expect(status).toBe(201);
    return json as Granted;
  };

  /** Everything that can be asked about one session, the last of it its end. */
  const tend = async ({ url }: Started, { id, endToken }: Granted): Promise<Reply[]> => {
    const session = `${url}/v1/sessions/${id}`;
    const replies: Reply[] = [];
    for (const [path, method, body] of [
      ['', 'GET'],
      ['/heartbeat', 'POST'],
      ['/end', 'POST', endToken],
      ['', 'DELETE'],
    ] as const) {
      replies.push(await ask(`${session}${path}`, { method, ...(body !== undefined && { body }) }));
    }
    return replies;
  };

  const stateOf = async (server: Started): Promise<number> =>
    Number(/^token_server_state (.*)$/m.exec(await metricsOf(server))?.[1]);

  const said = ({ lines }: Started): { msg: string; level: string }[] =>
    lines.map((line) => JSON.parse(line) as { msg: string; level: string });

  const messagesOf = (server: Started): string[] =>
    said(server).flatMap(({ msg }) => (msg.startsWith('Redis') ? [msg] : []));

  const requestLevelsOf = (server: Started): string[] =>
    said(server).flatMap(({ msg, level }) => (msg === 'request' ? [level] : []));

  const REFUSED = { status: 503, json: { code: 'state_unavailable' } };
  const all = (reply: object): object[] => Array.from({ length: 4 }, () => reply);

  test.each([
    ['refuse', 0, 'Redis cannot be used: requests are refused'],
    ['local', 0.5, 'Redis cannot be used: limits are this replica’s own'],
  ] as const)('and the policy is to %s, log and metric say so', async (whenDown, metric, message) => {
    await using server = await launch(whenDown);
    expect(await stateOf(server)).toBe(1);
    await redis.kill();
    await expect.poll(() => stateOf(server)).toBe(metric);
    expect(messagesOf(server)).toEqual([message]);
    await redis.restart();
    await expect.poll(() => stateOf(server), { timeout: 5_000 }).toBe(1);
    expect(messagesOf(server)).toEqual([message, 'Redis is back']);
    expect(server.lines.join('')).not.toContain(redis.url);
  });

  test.each(['refuse', 'local'] as const)(
    'and the policy is to %s, no session that runs is said to be over',
    async (whenDown) => {
      await using server = await launch(whenDown);
      const granted = await grant(server);
      await redis.kill();
      await expect.poll(() => tend(server, granted)).toMatchObject(all(REFUSED));
    },
  );

  test('a session granted alone is tended where it was granted, and no other replica takes it for over', async () => {
    await using one = await launch('local');
    await using other = await launch('local');
    await redis.kill();
    const granted = await grant(one);
    expect(await tend(other, granted)).toMatchObject(all(REFUSED));
    await redis.restart();
    await expect.poll(() => Promise.all([one, other].map(stateOf)), { timeout: 5_000 }).toEqual([1, 1]);
    expect(await tend(other, granted)).toMatchObject(all(REFUSED));
    expect(requestLevelsOf(other)).toEqual(Array.from({ length: 8 }, () => 'info'));
    const statuses = (await tend(one, granted)).map(({ status }) => status);
    // Nobody can prove that a session of Anam's is over, so it counts until its cap.
    expect(statuses).toEqual([200, 200, 202, 202]);
  });
});
