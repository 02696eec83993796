import { createSandbox, type Sandbox } from '@org/sandbox';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { askForSession } from '../ask.ts';
import { bearer } from '../issuer.ts';
import { launchReplica, SERVICE_KEY, writeSettings } from '../replica.ts';

const PRESETS = `
limits:
  requests: { perCaller: none, perAddress: none, overall: none }
  sessions: { perCaller: none }
  minutesPerCallerAndDay: none
presets:
  face: { vendor: simli, caps: { maxSessionSeconds: 60 }, request: { faceId: x } }
  guide: { vendor: anam, caps: { maxSessionSeconds: 60 }, request: { personaConfig: { avatarId: x } } }
  host: { vendor: liveavatar, caps: { maxSessionSeconds: 60 }, request: { mode: LITE, avatar_id: 3c90c3cc-0d44-4b50-8888-8dd25736052a } }
`;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
});
afterAll(() => sandbox.close());
afterEach(() => {
  sandbox.reset();
});

type Fault = Parameters<Sandbox['fail']>[2];

test.each<[string, Fault]>([
  ['answers 503 to everything', { status: 503, times: Infinity }],
  ['takes two seconds', { delayMs: 2_000, times: Infinity }],
  ['does not answer', { stall: 'headers', times: Infinity }],
])('a vendor that %s keeps nobody from the others', async (what, fault) => {
  const BASE_URLS = {
    SIMLI_BASE_URL: sandbox.simli.baseUrl,
    ANAM_BASE_URL: sandbox.anam.baseUrl,
    LIVEAVATAR_BASE_URL: sandbox.liveavatar.baseUrl,
  };
  await using settings = await writeSettings(PRESETS, BASE_URLS);
  await using replica = await launchReplica(settings.environment);
  await using third = beginThird(replica.url);
  await grantsOfOthers(replica.url, 300);
  const before = await grantsOfOthers(replica.url, 1_000);
  expect(third.failed()).toBe(0);
  sandbox.fail('liveavatar', 'sessions.createToken', fault);
  await wait(300);
  const meanwhile = await grantsOfOthers(replica.url, 1_000);
  expect(third.asked()).toBeGreaterThan(20);
  const struck = (): boolean => sandbox.journal().some(({ notes }) => notes.join().includes('fault: '));
  await expect.poll(struck).toBe(true);
  expect([...before.statuses, ...meanwhile.statuses]).toEqual([201, 201]);
  // Said, and not asserted: how long something takes is the machine's.
  const ratio = (meanwhile.p99 / before.p99).toFixed(2);
  console.log(`the others' p99 while one ${what}: ${meanwhile.p99.toFixed(1)} ms, ${ratio} × before`);
});

interface Grants {
  readonly statuses: ReadonlySet<number>;
  readonly p99: number;
}

/** Fewer would say nothing of a p99. */
const LEAST = 21;

/** Callers of the other two vendors, for so long and until there are enough, at a steady rate that the machine bears. */
async function grantsOfOthers(url: string, ms: number): Promise<Grants> {
  const statuses = new Set<number>();
  const latencies: number[] = [];
  const until = performance.now() + ms;
  const caller = async (preset: string): Promise<void> => {
    while (performance.now() < until || latencies.length < LEAST) {
      const from = performance.now();
      statuses.add((await askForSession(url, { preset }, bearer(SERVICE_KEY))).status);
      latencies.push(performance.now() - from);
      await wait(10);
    }
  };
  await Promise.all(['face', 'guide', 'face', 'guide'].map(caller));
  latencies.sort((one, other) => one - other);
  const p99 = latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN;
  return { statuses, p99 };
}

const EVERY_MS = 25;

/** Callers of the third vendor, one after the other at a steady rate, however long the earlier ones wait. */
function beginThird(url: string): AsyncDisposable & { asked(): number; failed(): number } {
  let asked = 0;
  let failed = 0;
  const hangUp = new AbortController();
  const waiting: Promise<unknown>[] = [];
  const timer = setInterval(() => {
    asked++;
    const reply = askForSession(url, { preset: 'host' }, bearer(SERVICE_KEY), hangUp.signal);
    waiting.push(
      reply.then(
        ({ status }) => {
          if (status !== 201) failed++;
        },
        () => undefined,
      ),
    );
  }, EVERY_MS);
  return {
    asked: () => asked,
    failed: () => failed,
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      hangUp.abort();
      await Promise.all(waiting);
    },
  };
}
