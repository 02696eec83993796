import { createSandbox, type Sandbox } from '@org/sandbox';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { NO_LIMITS, type Limits } from '../../src/config/limits.ts';
import { ask, askForSession } from '../ask.ts';
import { haveRedis, startRedis, type RedisServer } from '../redis-server.ts';
import { accountsAt, start } from '../start.ts';
import { startedHost, stateIn } from '../started-host.ts';
import { auditIn, runningAt } from '../vendor-sessions.ts';

const DAY_MS = 86_400_000;

let sandbox: Sandbox;
let redis: RedisServer | undefined;
beforeAll(async () => {
  sandbox = await createSandbox({
    clock: { now: () => performance.now(), advance: () => Promise.resolve() },
  });
  if (haveRedis) redis = await startRedis();
});
afterAll(async () => {
  await redis?.[Symbol.asyncDispose]();
  await sandbox.close();
});
afterEach(() => {
  vi.useRealTimers();
});

describe.each(haveRedis ? ['memory', 'Redis'] : ['memory'])('with state in %s', (store) => {
  test.each<[what: string, limits: Partial<Limits>, refusal: object]>([
    [
      'sessions',
      { sessions: { perCaller: 2, perVendor: {} } },
      { code: 'too_many_sessions', limit: 'sessions.perCaller' },
    ],
    [
      'minutes of a day',
      { minutesPerCallerAndDay: 25 },
      { code: 'minutes_used_up', limit: 'minutesPerCallerAndDay' },
    ],
  ])(
    'a clock that jumps a day, forth or back, ends no session and lifts no limit of %s',
    async (what, limits, refusal) => {
      await using server = await start(accountsAt(sandbox.liveavatar.baseUrl), {
        presets: [startedHost],
        limits: {
          ...NO_LIMITS,
          requests: { ...NO_LIMITS.requests, perCaller: { count: 4, seconds: 3_600 } },
          ...limits,
        },
        ...stateIn(store === 'memory' ? undefined : redis, `clocks-${what.replaceAll(' ', '-')}`),
      });
      const mint = async (): Promise<unknown> => (await askForSession(server.url, { preset: 'host' })).json;
      await expect.poll(async () => (await ask(`${server.url}/v1/sessions`)).status).toBe(200);
      const { id } = (await mint()) as { id: string };
      const { id: second } = (await mint()) as { id: string };
      for (const jump of [DAY_MS, -DAY_MS]) {
        vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + jump });
        // Long enough for whoever ends what is due to look.
        await wait(1_200);
        expect(auditIn(server.lines, 'ended')).toEqual([]);
        expect((await runningAt(sandbox)).length).toBe(2);
        expect(await mint()).toMatchObject(refusal);
        vi.useRealTimers();
      }
      expect(await mint()).toMatchObject({ code: 'too_many_requests', limit: 'requests.perCaller' });
      const beaten = await ask(`${server.url}/v1/sessions/${id}/heartbeat`, { method: 'POST' });
      expect(beaten.json).toMatchObject({ id, status: 'live' });
      for (const mine of [id, second]) await ask(`${server.url}/v1/sessions/${mine}`, { method: 'DELETE' });
      // What they used is what they lasted, and not what the clock said meanwhile.
      for (const { seconds = 0 } of auditIn(server.lines, 'ended')) {
        expect(seconds).toBeGreaterThan(0);
        expect(seconds).toBeLessThan(60);
      }
      expect(auditIn(server.lines, 'ended')).toHaveLength(2);
      expect(await runningAt(sandbox)).toEqual([]);
    },
  );
});
