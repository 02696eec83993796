import { createSandbox } from '@org/sandbox';
import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { ask, askForSession } from '../ask.ts';
import { bearer } from '../issuer.ts';
import { launchReplica, leasedAt, SERVICE_KEY, writeSettings } from '../replica.ts';
import { auditIn, runningAt } from '../vendor-sessions.ts';

export interface SoakOptions {
  readonly seconds: number;
  /** Sessions begun in each second, evenly. */
  readonly perSecond: number;
  /** Without it the state is the process's own. */
  readonly redisUrl?: string | undefined;
  readonly tell?: (line: string) => void;
}

/** How much memory the server had, at one moment. */
export interface MemorySample {
  readonly second: number;
  readonly residentMiB: number;
  readonly heapMiB: number;
}

export interface SoakResult {
  /** Sessions that were asked for, and how the answers were. */
  readonly asked: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly granted: number;
  /** Sessions with more or fewer receipts than one. */
  readonly receiptsAmiss: readonly string[];
  readonly reasons: Readonly<Record<string, number>>;
  /** What is still leased, and what still runs at the vendor, when all is over. */
  readonly leased: number;
  readonly running: number;
  readonly memory: readonly MemorySample[];
}

/** What the callers of a soak do with their sessions, in turn. */
const LIVES = ['ends', 'ends', 'beats', 'ends', 'falls silent', 'ends', 'hangs up', 'beacon'] as const;

const PRESETS = `
limits:
  requests: { perCaller: none, perAddress: none, overall: none }
  sessions: { perCaller: none }
  minutesPerCallerAndDay: none
presets:
  host:
    vendor: liveavatar
    start: true
    caps: { maxSessionSeconds: 600, heartbeatSeconds: 5 }
    request: { mode: LITE, avatar_id: 3c90c3cc-0d44-4b50-8888-8dd25736052a }
`;

/** The longest that a session lives on after the last caller has gone: its silence, and the sweep that ends it. */
const SETTLE_MS = 45_000;

/** A server in its own process under a steady load of sessions that begin, live and end in every way. */
export async function soak({
  seconds,
  perSecond,
  redisUrl,
  tell = () => undefined,
}: SoakOptions): Promise<SoakResult> {
  await using sandbox = await createSandbox();
  await using settings = await writeSettings(PRESETS, {
    LIVEAVATAR_BASE_URL: sandbox.liveavatar.baseUrl,
    METRICS_PORT: '0',
    ...(redisUrl !== undefined && { REDIS_URL: redisUrl, REDIS_PREFIX: crypto.randomUUID() }),
  });
  await using replica = await launchReplica(settings.environment);
  const statuses: Record<string, number> = {};
  const memory: MemorySample[] = [];
  const lives: Promise<void>[] = [];
  const began = performance.now();
  const total = Math.round(seconds * perSecond);
  const sampleEvery = Math.max(1, Math.floor(total / 40));
  for (let n = 0; n < total; n++) {
    await wait(Math.max(0, began + (n * 1_000) / perSecond - performance.now()));
    const life = live(replica.url, n).then((status) => {
      statuses[status] = (statuses[status] ?? 0) + 1;
    });
    lives.push(life);
    if (n % sampleEvery !== 0) continue;
    const sample = await sampleMemory(replica.lines, (performance.now() - began) / 1_000);
    memory.push(sample);
    tell(`${sample.second.toFixed(0)} s: ${sample.residentMiB.toFixed(1)} MiB`);
  }
  await Promise.all(lives);
  const leased = (): Promise<number> => leasedAt(replica.url);
  const until = performance.now() + SETTLE_MS;
  while ((await leased()) > 0 && performance.now() < until) await wait(100);
  memory.push(await sampleMemory(replica.lines, (performance.now() - began) / 1_000));
  return {
    asked: total,
    statuses,
    memory,
    leased: await leased(),
    running: (await runningAt(sandbox)).length,
    ...receiptsIn(replica.lines),
  };
}

/** One session from its beginning to its end, as the n-th caller has it. Says how its request was answered. */
async function live(url: string, n: number): Promise<string> {
  const manner = LIVES[n % LIVES.length];
  const proof = bearer(SERVICE_KEY);
  if (manner === 'hangs up') return hangUp(url, n % 30);
  const { status, json } = await askForSession(
    url,
    { preset: 'host' },
    { ...proof, 'idempotency-key': `${n}` },
  );
  if (status !== 201) return String(status);
  const { id, endToken } = json as { id: string; endToken: string };
  const session = `${url}/v1/sessions/${id}`;
  if (manner === 'falls silent') return '201';
  if (manner === 'beats') {
    for (let beat = 0; beat < 3; beat++) {
      await wait(500);
      await ask(`${session}/heartbeat`, { method: 'POST', headers: proof });
    }
  }
  if (manner === 'beacon') await ask(`${session}/end`, { method: 'POST', body: endToken });
  else await ask(session, { method: 'DELETE', headers: proof });
  return '201';
}

/** Asks for a session and is gone after so many milliseconds. */
async function hangUp(url: string, afterMs: number): Promise<string> {
  const headers = { 'content-type': 'application/json', ...bearer(SERVICE_KEY) };
  const caller = request(`${url}/v1/sessions`, { method: 'POST', headers, agent: false });
  caller.on('error', () => undefined).on('response', (answer) => answer.destroy());
  caller.end('{"preset":"host"}');
  await wait(afterMs);
  caller.destroy();
  return 'hung up';
}

async function sampleMemory(lines: readonly string[], second: number): Promise<MemorySample> {
  const started = lines.find((line) => line.includes('"msg":"metrics"')) ?? '{}';
  const { port } = JSON.parse(started) as { port?: number };
  const text = await (await fetch(`http://127.0.0.1:${port ?? 0}/metrics`)).text();
  const mebibytes = (name: string): number =>
    Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]) / 2 ** 20;
  return {
    second,
    residentMiB: mebibytes('process_resident_memory_bytes'),
    heapMiB: mebibytes('nodejs_heap_size_used_bytes'),
  };
}

function receiptsIn(lines: readonly string[]): Pick<SoakResult, 'granted' | 'receiptsAmiss' | 'reasons'> {
  const granted = auditIn(lines, 'granted').map(({ session }) => session);
  const receipts = new Map<string, number>();
  const reasons: Record<string, number> = {};
  for (const { session, reason = '' } of auditIn(lines, 'ended')) {
    receipts.set(session, (receipts.get(session) ?? 0) + 1);
    reasons[reason] = (reasons[reason] ?? 0) + 1;
  }
  const sessions = new Set([...granted, ...receipts.keys()]);
  const receiptsAmiss = [...sessions].filter((session) => receipts.get(session) !== 1);
  return { granted: granted.length, receiptsAmiss, reasons };
}
