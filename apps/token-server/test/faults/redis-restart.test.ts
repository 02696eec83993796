import { createSandbox } from '@org/sandbox';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { ask, askForSession, type Reply } from '../ask.ts';
import { bearer } from '../issuer.ts';
import { haveRedis, startRedis, type RedisServer } from '../redis-server.ts';
import { launchReplica, leasedAt, SERVICE_KEY, writeSettings } from '../replica.ts';
import { accountsAt, start } from '../start.ts';
import { startedHost, stateIn } from '../started-host.ts';
import { auditIn, runningAt } from '../vendor-sessions.ts';
import { beginLoad, startedPresets, watchMost } from './load.ts';
import { expectReceipts } from './receipts.ts';
import { letTimePass } from './redis-time.ts';

// Replicas, Redis and a load of callers want their time on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

const MOST = 8;
const CALLERS = 12;
const PAGES = 10;
const PREFIX = 'restart';
const PRESETS = startedPresets(`perCaller: ${MOST}`);

/** Longer than a lease. */
const LATER_MS = 700_000;

async function keptRedis(stack: AsyncDisposableStack): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-'));
  stack.defer(() => rm(folder, { recursive: true }));
  return stack.use(await startRedis({ keepIn: folder }));
}

/** Pages of one server's sessions; each says once a second that it is there, whatever it is answered. */
async function openPages(
  url: string,
  count: number,
): Promise<{ readonly statuses: Set<number>; readonly close: () => Promise<void> }> {
  const statuses = new Set<number>();
  const over = new AbortController();
  const beat = async (id: string): Promise<void> => {
    while (!over.signal.aborted) {
      statuses.add((await ask(`${url}/v1/sessions/${id}/heartbeat`, { method: 'POST' })).status);
      await wait(1_000);
    }
  };
  const pages: Promise<void>[] = [];
  while (pages.length < count) {
    const { json } = await askForSession(url, { preset: 'host' });
    pages.push(beat((json as { id: string }).id));
    await wait(1_000 / count);
  }
  return {
    statuses,
    close: async () => {
      over.abort();
      await Promise.all(pages);
    },
  };
}

describe.skipIf(!haveRedis)('Redis is away for longer than a page may be silent', () => {
  test('no page that goes on speaking loses its session', async () => {
    await using stack = new AsyncDisposableStack();
    const redis = await keptRedis(stack);
    const sandbox = stack.use(await createSandbox());
    const presets = [{ ...startedHost, heartbeatSeconds: 3 }];
    const settings = { presets, ...stateIn(redis, 'outage') };
    const accounts = accountsAt(sandbox.liveavatar.baseUrl);
    const one = stack.use(await start(accounts, settings));
    const other = stack.use(await start(accounts, settings));
    const reasons = (): unknown[] =>
      [one, other].flatMap(({ lines }) => auditIn(lines, 'ended')).map(({ reason }) => reason);
    const pages = await openPages(one.url, PAGES);
    stack.defer(pages.close);
    await redis.kill();
    await wait(4_500);
    await redis.restart();
    // Long enough for whoever ends what is due to look.
    await wait(2_500);
    expect([...pages.statuses]).toEqual([200, 503]);
    expect(reasons()).toEqual([]);
    expect(await runningAt(sandbox)).toHaveLength(PAGES);
    await pages.close();
    await expect.poll(reasons).toEqual(Array.from({ length: PAGES }, () => 'silent'));
    expect(await runningAt(sandbox)).toEqual([]);
  });
});

describe.skipIf(!haveRedis)('Redis is restarted under load', () => {
  test('requests are refused while it is away; no lease is lost, and nothing is left running', async () => {
    await using stack = new AsyncDisposableStack();
    const redis = await keptRedis(stack);
    const sandbox = stack.use(await createSandbox());
    const { environment } = stack.use(
      await writeSettings(PRESETS, {
        LIVEAVATAR_BASE_URL: sandbox.liveavatar.baseUrl,
        REDIS_URL: redis.url,
        REDIS_PREFIX: PREFIX,
      }),
    );
    sandbox.fail('liveavatar', 'sessions.start', { delayMs: 50, times: Infinity });
    const one = stack.use(await launchReplica(environment));
    const other = stack.use(await launchReplica(environment));
    const mint = (): Promise<Reply> => askForSession(one.url, { preset: 'host' }, bearer(SERVICE_KEY));
    const leases = (): Promise<number> => leasedAt(other.url);
    // These are there before, during and after.
    const kept = [await mint(), await mint()].map(({ json }) => (json as { id: string }).id);

    const mostRunning = watchMost(async () => (await runningAt(sandbox)).length);
    const load = beginLoad([one.url, other.url], CALLERS);
    const grants = (): string[] => [...load.granted.values()].flatMap((ids) => [...ids]);
    await expect.poll(() => grants().length, { timeout: 15_000 }).toBeGreaterThan(MOST);
    await redis.kill();
    await wait(700);
    await redis.restart();
    await wait(1_500);
    await load.stop();

    expect(await mostRunning.stop()).toBeLessThanOrEqual(MOST);
    const answers = [...load.statuses.keys()];
    expect(answers).toEqual(expect.arrayContaining([201, 503]));
    // 202: its end is under way; 409: the intent's first request was cut off by the outage.
    expect(answers.filter((status) => ![201, 202, 204, 409, 429, 503].includes(status))).toEqual([]);
    expect([...load.granted.values()].filter((ids) => ids.size > 1)).toEqual([]);
    for (const id of kept) {
      const { json } = await ask(`${other.url}/v1/sessions/${id}`, { headers: bearer(SERVICE_KEY) });
      expect(json).toMatchObject({ id, status: 'live' });
    }
    await letTimePass(redis.url, PREFIX, LATER_MS);
    await expect.poll(leases).toBe(0);
    await expect.poll(async () => (await runningAt(sandbox)).length).toBe(0);
    await expectReceipts([one, other], [...kept, ...grants()], CALLERS);
    expect((await mint()).status).toBe(201);
  });
});
