import { Redis } from 'ioredis';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { asOlderRedis } from '../../test/older-redis.ts';
import { haveRedis, startRedis, type RedisServer } from '../../test/redis-server.ts';
import { admitted, session } from '../../test/state-sessions.ts';
import { RedisState } from './redis.ts';
import { StateUnavailable } from './state.ts';

/** Long enough for a command to time out, and for the next try. */
const SOON = { timeout: 15_000, interval: 50 };

/** Whose words it has for what a script was refused. */
const VERSIONS = ['Redis 7', 'Redis 6'] as const;

describe.skipIf(!haveRedis)('a Redis', () => {
  let redis: RedisServer;
  let news: (string | undefined)[];
  let state: RedisState;
  const open = (url: string): RedisState => new RedisState(url, 'outages', (why) => news.push(why));
  const health = (): string => state.health();
  const mint = (): Promise<unknown> => state.reserve(session(), {});
  beforeEach(async () => {
    redis = await startRedis();
    news = [];
    state = open(redis.url);
    expect(await state.connected(5_000)).toBe(true);
    expect(health()).toBe('ok');
  });
  afterEach(async () => {
    await state.close();
    await redis[Symbol.asyncDispose]();
    expect(JSON.stringify(news)).not.toContain('127.0.0.1');
  });

  /** From now on the state speaks with the Redis there, which has the words of that version. */
  async function speakWith(url: string, version: (typeof VERSIONS)[number]): Promise<void> {
    await state.close();
    const older = version === 'Redis 6' ? await asOlderRedis(url, '6') : undefined;
    if (older !== undefined) onTestFinished(() => older[Symbol.asyncDispose]());
    state = open(older?.url ?? url);
    expect(await state.connected(5_000)).toBe(true);
  }

  async function command(...words: [string, ...string[]]): Promise<void> {
    const client = new Redis(redis.url);
    await client.call(...words);
    client.disconnect();
  }

  test('that goes is missed at once, and found by itself when it is back', async () => {
    await redis.kill();
    await expect.poll(health, SOON).toBe('down');
    await expect(mint()).rejects.toThrow(StateUnavailable);
    await redis.restart();
    await expect.poll(health, SOON).toBe('ok');
    await admitted(state);
    expect(news).toEqual([expect.stringMatching(/^\w+$/), undefined]);
  });

  test('that hangs is as good as gone', async () => {
    redis.hang();
    await expect(mint()).rejects.toThrow('timeout');
    await expect.poll(health, SOON).toBe('down');
    expect(await Promise.allSettled(Array.from({ length: 100 }, mint))).toMatchObject(
      Array.from({ length: 100 }, () => ({ reason: { name: 'StateUnavailable' } })),
    );
    // Nor does anybody wait for it any more, once it is known.
    const refusedSoon = (): Promise<string> =>
      Promise.race([mint().then(String, () => 'refused'), wait(1_000, 'waits')]);
    await expect.poll(refusedSoon, SOON).toBe('refused');
    redis.goOn();
    await expect.poll(health, SOON).toBe('ok');
    expect(news).toEqual(['timeout', undefined]);
  });

  const refusals: [word: string, begin: [string, ...string[]], end: [string, ...string[]]][] = [
    ['READONLY', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE']],
    ['OOM', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0']],
    [
      'NOREPLICAS',
      ['CONFIG', 'SET', 'min-replicas-to-write', '1'],
      ['CONFIG', 'SET', 'min-replicas-to-write', '0'],
    ],
  ];
  test.each(VERSIONS.flatMap((version) => refusals.map((refusal) => [version, ...refusal] as const)))(
    'that takes no writes (%s: %s) is gone, whatever can still be read',
    async (version, word, begin, end) => {
      await speakWith(redis.url, version);
      await command(...begin);
      await expect.poll(health, SOON).toBe('down');
      await expect(mint()).rejects.toThrow(StateUnavailable);
      for (let n = 0; n < 20; n++) {
        await state.now().catch(() => undefined);
        await wait(50);
      }
      expect([health(), news]).toEqual(['down', [word]]);
      await command(...end);
      await expect.poll(health, SOON).toBe('ok');
      await admitted(state);
      expect(news).toEqual([word, undefined]);
    },
  );

  test.each(VERSIONS)(
    'that became a replica (%s) is left for the one its name leads to now',
    async (version) => {
      await using successor = await startRedis();
      using name = await startName(redis.url);
      await speakWith(`redis://127.0.0.1:${name.port}`, version);
      name.leadTo(successor.url);
      await command('REPLICAOF', '127.0.0.1', new URL(successor.url).port);
      await expect.poll(() => news, SOON).toEqual(['READONLY', undefined]);
      await admitted(state);
    },
  );

  test('with a password wants it, and what is wrong with it is said without it', async () => {
    await using secured = await startRedis({ options: ['--requirepass', 'the-right-one'] });
    const at = (password: string): string => secured.url.replace('//', `//:${password}@`);
    for (const [url, word] of [
      [secured.url, 'NOAUTH'],
      [at('the-wrong-one'), 'WRONGPASS'],
    ] as const) {
      news = [];
      const refused = open(url);
      expect(await refused.connected(500)).toBe(false);
      await expect(refused.now()).rejects.toThrow(`Redis cannot be used (${word})`);
      expect(news).toEqual([word]);
      await refused.close();
    }
    const welcome = open(at('the-right-one'));
    expect(await welcome.connected(5_000)).toBe(true);
    await welcome.close();
  });

  test('that lacks a right inside a script is gone, until it has it', async () => {
    await command('ACL', 'SETUSER', 'app', 'on', '>a-password', '~*', '+@all', '-hset');
    const lacking = open(redis.url.replace('//', '//app:a-password@'));
    expect(await lacking.connected(1_000)).toBe(false);
    await expect(lacking.reserve(session(), {})).rejects.toThrow('Redis cannot be used (NOPERM)');
    await command('ACL', 'SETUSER', 'app', '+hset');
    expect(await lacking.connected(5_000)).toBe(true);
    await admitted(lacking);
    expect(news).toEqual(['NOPERM', undefined]);
    await lacking.close();
  });

  test('without the database of its URL is gone, and no other of its databases is used', async () => {
    await command('ACL', 'SETUSER', 'unselecting', 'on', '>a-password', '~*', '+@all', '-select');
    for (const [url, word] of [
      [`${redis.url}/99`, 'database'],
      [`${redis.url.replace('//', '//unselecting:a-password@')}/1`, 'NOPERM'],
    ] as const) {
      news = [];
      const lost = open(url);
      expect(await lost.connected(1_000)).toBe(false);
      await expect(lost.claimTask('a', 60_000)).rejects.toThrow(`Redis cannot be used (${word})`);
      expect([lost.health(), news]).toEqual(['down', [word]]);
      await lost.close();
    }
    await state.close();
    await command('FLUSHALL');
    const third = open(`${redis.url}/3`);
    expect(await third.connected(5_000)).toBe(true);
    expect(await third.claimTask('a', 60_000)).toBe(true);
    await third.close();
    const client = new Redis(redis.url);
    expect(await client.info('keyspace')).toMatch(/^# Keyspace\s+db3:\S+\s*$/);
    client.disconnect();
  });
});

/** A name whose server can change: who is connected stays where they are, who connects goes to the new one. */
async function startName(
  first: string,
): Promise<Disposable & { readonly port: number; leadTo(url: string): void }> {
  let port = Number(new URL(first).port);
  const server = createServer((socket) => {
    const target = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [socket, target],
      [target, socket],
    ] as const) {
      from.pipe(to);
      from.on('error', () => to.destroy()).on('close', () => to.destroy());
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    leadTo: (url) => {
      port = Number(new URL(url).port);
    },
    [Symbol.dispose]: () => server.close(),
  };
}
