import { createSandbox } from '@org/sandbox';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { haveRedis, startRedis } from '../redis-server.ts';
import { launchReplica, leasedAt, writeSettings } from '../replica.ts';
import { runningAt } from '../vendor-sessions.ts';
import { beginLoad, startedPresets, watchMost } from './load.ts';
import { expectReceipts } from './receipts.ts';
import { letTimePass } from './redis-time.ts';

// Replicas, Redis and a load of callers want their time on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

const MOST = 8;
const CALLERS = 16;
const PREFIX = 'kill';
const PRESETS = startedPresets(
  `perCaller: none, perVendor: { liveavatar: ${MOST} }`,
  'maxSessionSeconds: 600, heartbeatSeconds: 5',
);

/** Longer than a session may be neither granted nor given up; a page's silence passes in real time. */
const LATER_MS = 100_000;

describe.skipIf(!haveRedis)('one of two replicas is killed under load', () => {
  test('no limit is overshot, no intent granted twice, and nothing outlives its time', async () => {
    await using redis = await startRedis();
    await using sandbox = await createSandbox();
    await using settings = await writeSettings(PRESETS, {
      LIVEAVATAR_BASE_URL: sandbox.liveavatar.baseUrl,
      REDIS_URL: redis.url,
      REDIS_PREFIX: PREFIX,
    });
    // Long starts: whoever is killed is killed in the middle of some.
    sandbox.fail('liveavatar', 'sessions.start', { delayMs: 150, times: Infinity });
    await using one = await launchReplica(settings.environment);
    await using other = await launchReplica(settings.environment);
    const mostRunning = watchMost(async () => (await runningAt(sandbox)).length);
    const load = beginLoad([one.url, other.url], CALLERS);
    const granted = (): string[] => [...load.granted.values()].flatMap((ids) => [...ids]);
    await expect.poll(() => granted().length, { timeout: 15_000 }).toBeGreaterThan(MOST);
    expect(await one.stop('SIGKILL')).toBe('SIGKILL');
    await wait(1_500);
    await load.stop();

    const leases = (): Promise<number> => leasedAt(other.url);
    // What the dead one had begun still counts: nobody knows yet whether it runs.
    const left = await leases();
    console.log(`killed with ${left} sessions under way`);
    expect(await mostRunning.stop()).toBeLessThanOrEqual(MOST);
    expect((await runningAt(sandbox)).length).toBeLessThanOrEqual(left);

    await letTimePass(redis.url, PREFIX, LATER_MS);
    await expect.poll(leases).toBe(0);
    expect(await runningAt(sandbox)).toEqual([]);

    const twice = [...load.granted.values()].filter((ids) => ids.size > 1);
    expect(twice).toEqual([]);
    await expectReceipts([one, other], granted(), CALLERS);
  });
});
