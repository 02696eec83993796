import { createSandbox } from '@org/sandbox';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ask, askForSession, type Reply } from '../ask.ts';
import { bearer } from '../issuer.ts';
import { haveRedis, startRedis } from '../redis-server.ts';
import { launchReplica, leasedAt, SERVICE_KEY, writeSettings } from '../replica.ts';
import { auditIn, runningAt } from '../vendor-sessions.ts';
import { beginLoad, startedPresets, watchMost } from './load.ts';
import { letTimePass } from './redis-time.ts';

const MOST = 8;
const PREFIX = 'restart';
const PRESETS = startedPresets(`perCaller: ${MOST}`);
const LATER_MS = 100_000;

describe.skipIf(!haveRedis)('Redis is restarted under load', () => {
  test('requests are refused while it is away; no lease is lost, and nothing is left running', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'redis-'));
    await using stack = new AsyncDisposableStack();
    stack.defer(() => rm(folder, { recursive: true }));
    const redis = stack.use(await startRedis({ keepIn: folder }));
    const sandbox = stack.use(await createSandbox());
    const { environment } = stack.use(
      await writeSettings(PRESETS, {
        ...{ LIVEAVATAR_BASE_URL: sandbox.liveavatar.baseUrl, REDIS_URL: redis.url, REDIS_PREFIX: PREFIX },
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
    const load = beginLoad([one.url, other.url], 12);
    await wait(1_000);
    await redis.kill();
    await wait(700);
    await redis.restart();
    await wait(1_500);
    await load.stop();

    expect(await mostRunning.stop()).toBeLessThanOrEqual(MOST);
    const answers = [...load.statuses.keys()];
    expect(answers).toEqual(expect.arrayContaining([201, 204, 503]));
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
    const receipts = [one, other].flatMap(({ lines }) => auditIn(lines, 'ended'));
    expect(receipts.length).toBe(new Set(receipts.map(({ session }) => session)).size);
    expect((await mint()).status).toBe(201);
  });
});
