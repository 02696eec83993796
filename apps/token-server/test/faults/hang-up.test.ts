import { createSandbox, type Sandbox } from '@org/sandbox';
import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ask, askForSession } from '../ask.ts';
import { haveRedis, startRedis, type RedisServer } from '../redis-server.ts';
import { accountsAt, start } from '../start.ts';
import { startedHost, stateIn } from '../started-host.ts';
import { auditIn, runningAt } from '../vendor-sessions.ts';
import { chance, seedOfRun } from './chance.ts';

const POINTS = 50;
const AT_ONCE = 5;
/** How long each of the vendor's answers takes: so that a start has an inside to hang up in. */
const VENDOR_MS = 30;

let sandbox: Sandbox;
let redis: RedisServer | undefined;
const random = chance(seedOfRun());

beforeAll(async () => {
  sandbox = await createSandbox();
  if (haveRedis) redis = await startRedis();
});
afterAll(async () => {
  await redis?.[Symbol.asyncDispose]();
  await sandbox.close();
});
afterEach(() => {
  sandbox.reset();
});

describe.each(haveRedis ? ['memory', 'Redis'] : ['memory'])('with state in %s', (store) => {
  test('of callers who hang up, at whatever point, no session is left that is not leased', async () => {
    await using server = await start(accountsAt(sandbox.liveavatar.baseUrl), {
      presets: [startedHost],
      ...stateIn(store === 'memory' ? undefined : redis, 'hang-up'),
    });
    await expect.poll(async () => (await ask(`${server.url}/v1/sessions`)).status).toBe(200);
    for (const operation of ['sessions.createToken', 'sessions.start'] as const) {
      sandbox.fail('liveavatar', operation, { delayMs: VENDOR_MS, times: Infinity });
    }
    const whole = await howLongAStartTakes(server.url);
    for (let point = 0; point < POINTS; point += AT_ONCE) {
      const hangUps = Array.from({ length: AT_ONCE }, () =>
        hangUpAfter(server.url, random() * whole * 1.2, random() < 0.2),
      );
      await Promise.all(hangUps);
    }

    const receipts = () => auditIn(server.lines, 'ended');
    await expect
      .poll(async () => {
        const running = await runningAt(sandbox);
        const over = new Set(receipts().map(({ vendor_session }) => vendor_session));
        const orphans = running.filter((id) => over.has(id));
        return { orphans, unleased: running.length - (await leased(server.url)) };
      })
      .toEqual({ orphans: [], unleased: 0 });
    // Otherwise nobody hung up in the middle, and nothing was tried.
    expect(receipts().filter(({ reason }) => reason === 'caller_gone').length).toBeGreaterThan(0);

    for (const { id } of await sessions(server.url)) {
      await ask(`${server.url}/v1/sessions/${id}`, { method: 'DELETE' });
    }
    expect(await runningAt(sandbox)).toEqual([]);
  });
});

/** The middle of a few, in milliseconds; each is ended again. */
async function howLongAStartTakes(url: string): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 5; n++) {
    const from = performance.now();
    const { json } = await askForSession(url, { preset: 'host' });
    times.push(performance.now() - from);
    await ask(`${url}/v1/sessions/${(json as { id: string }).id}`, { method: 'DELETE' });
  }
  return times.sort((one, other) => one - other)[2] ?? 0;
}

/** Asks for a session, perhaps never ends its body, and is gone after so many milliseconds. */
async function hangUpAfter(url: string, ms: number, midBody: boolean): Promise<void> {
  const body = '{"preset":"host"}';
  const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
  const caller = request(`${url}/v1/sessions`, { method: 'POST', headers, agent: false });
  caller.on('error', () => undefined).on('response', (answer) => answer.destroy());
  if (midBody) caller.write(body.slice(0, 9));
  else caller.end(body);
  await wait(ms);
  caller.destroy();
}

async function sessions(url: string): Promise<readonly { id: string }[]> {
  return ((await ask(`${url}/v1/sessions`)).json as { sessions: readonly { id: string }[] }).sessions;
}

async function leased(url: string): Promise<number> {
  return (await sessions(url)).length;
}
