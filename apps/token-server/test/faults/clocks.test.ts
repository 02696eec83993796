import { createSandbox, type Sandbox } from '@org/sandbox';
import { Secret } from '@org/core';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { TokenServerConfig } from '../../src/config/config.ts';
import { NO_LIMITS } from '../../src/config/limits.ts';
import type { Preset } from '../../src/config/presets.ts';
import { ask, askForSession } from '../ask.ts';
import { haveRedis, startRedis, type RedisServer } from '../redis-server.ts';
import { start } from '../start.ts';
import { auditIn, runningAt } from '../vendor-sessions.ts';

const DAY_MS = 86_400_000;

const host: Preset = {
  name: 'host',
  vendor: 'liveavatar',
  description: undefined,
  caps: { maxSessionSeconds: 600 },
  start: true,
  heartbeatSeconds: 90,
  request: { mode: 'LITE', avatar_id: '3c90c3cc-0d44-4b50-8888-8dd25736052a', max_session_duration: 600 },
};

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
  test('a clock that jumps a day, forth or back, ends no session and lifts no limit', async () => {
    const account = { apiKey: new Secret('any-key'), baseUrl: sandbox.liveavatar.baseUrl };
    const shared: Partial<TokenServerConfig> =
      store === 'memory' || redis === undefined
        ? {}
        : {
            redis: { url: new Secret(redis.url), prefix: 'clocks', whenDown: 'refuse' },
            stateSecret: new Secret('x'.repeat(32)),
          };
    await using server = await start(
      { simli: account, anam: account, liveavatar: account },
      {
        presets: [host],
        limits: {
          ...NO_LIMITS,
          requests: { ...NO_LIMITS.requests, perCaller: { count: 4, seconds: 3_600 } },
          sessions: { perCaller: 2, perVendor: {} },
          minutesPerCallerAndDay: 25,
        },
        ...shared,
      },
    );
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
      expect(await mint()).toMatchObject({ code: 'too_many_sessions', limit: 'sessions.caller' });
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
  });
});
