import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ask, askForSession, type Reply } from './ask.ts';
import { PATHS, startFakeVendor, type FakeVendor } from './fake-vendor.ts';
import { bearer } from './issuer.ts';
import { freePort, haveRedis, startRedis, type RedisServer } from './redis-server.ts';
import { launchReplica, SERVICE_KEY, writeSettings } from './replica.ts';

const PROGRAMS = { haproxy: '/usr/sbin/haproxy', nginx: '/usr/sbin/nginx' } as const;
type Balancer = keyof typeof PROGRAMS;
const balancers = (Object.keys(PROGRAMS) as Balancer[]).filter((name) => {
  const there = existsSync(PROGRAMS[name]);
  if (!there) console.warn(`SKIPPED: ${PROGRAMS[name]} is not there, so deploy/${name}.* is not tried.`);
  return there;
});

/** How long a replica goes on while it is not ready: HAProxy asks for that, nginx does not. */
const noticesIn = { haproxy: '5', nginx: '1' } as const;

const file = (name: string): string => fileURLToPath(new URL(`../deploy/${name}`, import.meta.url));

/** The loopback address of a proxy before the balancer; the tests' callers have 127.0.0.1. */
const PROXY = '127.0.0.2';

/** Starts the balancer with the file that is given to its users, and with trust in a proxy before it if told so. */
async function startBalancer(
  name: Balancer,
  replicas: readonly [string, string],
  trusted?: string,
): Promise<AsyncDisposable & { url: string }> {
  const address = `127.0.0.1:${await freePort()}`;
  const folder = await mkdtemp(join(tmpdir(), 'balancer-'));
  const args =
    name === 'haproxy'
      ? ['-f', file('haproxy.cfg')]
      : ['-c', await nginxFile(folder, address, replicas, trusted)];
  const env = { BIND: address, REPLICA_1: replicas[0], REPLICA_2: replicas[1] };
  if (trusted !== undefined) Object.assign(env, { TRUSTED_PROXY: trusted });
  const child = spawn(PROGRAMS[name], args, { env, stdio: 'ignore' });
  const exited = once(child, 'exit');
  const url = `http://${address}`;
  const ready = (): Promise<boolean> => ask(`${url}/healthz`).then(isOk, () => false);
  while (!(await ready())) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
    await wait(50);
  }
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}

const isOk = ({ status }: Reply): boolean => status === 200;

/** What Debian's nginx.conf is around a file of its folder, without root's paths. */
async function nginxFile(
  folder: string,
  address: string,
  [one, two]: readonly [string, string],
  trusted?: string,
): Promise<string> {
  const given = (await readFile(file('nginx.conf'), 'utf8'))
    .replace('127.0.0.1:8080', address)
    .replace('127.0.0.1:8787', one)
    .replace('127.0.0.1:8788', two);
  const conf =
    trusted === undefined
      ? given
      : given
          .replace('#set_real_ip_from 10.0.0.0/8', `set_real_ip_from ${trusted}`)
          .replace('#real_ip_header', 'real_ip_header');
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  const whole = `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; events {}\nhttp { ${paths.join(' ')}\n${conf}\n}`;
  await writeFile(join(folder, 'whole.conf'), whole);
  return join(folder, 'whole.conf');
}

const PRESETS = (limits: string): string =>
  `limits: { requests: { perCaller: none, overall: none, ${limits} }, sessions: { perCaller: none }, minutesPerCallerAndDay: none }\n` +
  'presets:\n  a: { vendor: anam, caps: { maxSessionSeconds: 60 }, request: { personaConfig: { avatarId: x } } }\n';

describe.skipIf(!haveRedis).each(balancers)('behind %s', (name) => {
  let vendor: FakeVendor;
  let redis: RedisServer;
  beforeAll(async () => {
    vendor = await startFakeVendor();
    redis = await startRedis();
  });
  afterAll(async () => {
    await redis[Symbol.asyncDispose]();
    await vendor[Symbol.asyncDispose]();
  });

  /** Two replicas and the balancer before them. */
  async function serve(limits: string, more: Readonly<Record<string, string>> = {}, trusted?: string) {
    const stack = new AsyncDisposableStack();
    const { environment } = stack.use(
      await writeSettings(PRESETS(limits), {
        ANAM_BASE_URL: vendor.url,
        REDIS_URL: redis.url,
        TRUSTED_PROXIES: '127.0.0.0/8',
        REDIS_PREFIX: crypto.randomUUID(),
        ...more,
      }),
    );
    const one = stack.use(await launchReplica(environment));
    const two = stack.use(await launchReplica(environment));
    const addresses = [new URL(one.url).host, new URL(two.url).host] as const;
    const { url } = stack.use(await startBalancer(name, addresses, trusted));
    const again = async (): Promise<void> => {
      stack.use(await launchReplica({ ...environment, PORT: new URL(one.url).port }));
    };
    return { url, one, two, again, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  }

  const mint = (url: string, headers = {}): Promise<Reply> =>
    askForSession(url, { preset: 'a' }, { ...bearer(SERVICE_KEY), ...headers });

  test('a caller cannot choose its address', async () => {
    await using served = await serve('perAddress: { count: 5, seconds: 600 }');
    const statuses: number[] = [];
    for (let n = 1; n <= 8; n++) {
      const headers = { 'x-forwarded-for': `192.0.2.${n}`, forwarded: `for=192.0.2.${n}` };
      statuses.push((await mint(served.url, headers)).status);
    }
    expect(statuses).toEqual([201, 201, 201, 201, 201, 429, 429, 429]);
  });

  test('a proxy before it says who calls, and nobody else does', async () => {
    await using served = await serve('perAddress: { count: 1, seconds: 600 }', {}, PROXY);
    const statusFor = async (forwarded: string, localAddress?: string): Promise<number> => {
      const headers = {
        ...bearer(SERVICE_KEY),
        'content-type': 'application/json',
        'x-forwarded-for': forwarded,
      };
      const body = JSON.stringify({ preset: 'a' });
      const asking = { method: 'POST', headers, body, ...(localAddress !== undefined && { localAddress }) };
      return (await ask(`${served.url}/v1/sessions`, asking)).status;
    };
    expect(await statusFor('192.0.2.1', PROXY)).toBe(201);
    expect(await statusFor('192.0.2.2', PROXY)).toBe(201);
    // What the caller itself wrote stands first.
    expect(await statusFor('192.0.2.3, 192.0.2.1', PROXY)).toBe(429);
    expect(await statusFor('192.0.2.4')).toBe(201);
    expect(await statusFor('192.0.2.5')).toBe(429);
  });

  test('a caller who hangs up is seen, and what was begun for it is cancelled', async () => {
    await using served = await serve('perAddress: none');
    vendor.answer(PATHS.anam, 'hang');
    onTestFinished(() => {
      vendor.answer(PATHS.anam, 'well');
      vendor.release();
    });
    const earlier = vendor.asked.length;
    const caller = new AbortController();
    const reply = askForSession(served.url, { preset: 'a' }, bearer(SERVICE_KEY), caller.signal);
    await expect.poll(() => vendor.asked.length).toBe(earlier + 1);
    caller.abort();
    await expect(reply).rejects.toThrow('aborted');
    expect(await vendor.asked[earlier]?.answered).toBe(false);
    await expect.poll(() => [...served.one.lines, ...served.two.lines].join('\n')).toContain('"status":499');
  });

  const CALLERS = 4;

  test('no request fails while a replica is replaced', async () => {
    await using served = await serve('perAddress: none', { DRAIN_WAIT_SECONDS: noticesIn[name] });
    const statuses = new Map<number, number>();
    let over = false;
    const caller = async (): Promise<void> => {
      while (!over) {
        const { status } = await mint(served.url);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        await wait(5);
      }
    };
    const callers = Promise.all(Array.from({ length: CALLERS }, caller));
    expect(await served.one.stop('SIGTERM')).toBe(0);
    await served.again();
    await wait(2_500);
    over = true;
    await callers;
    // nginx asks for no readiness: each caller may meet the moment in which the replica closes.
    const unlucky = name === 'nginx' ? (statuses.get(502) ?? 0) : 0;
    expect(unlucky).toBeLessThanOrEqual(CALLERS);
    if (unlucky > 0) statuses.delete(502);
    expect([...statuses.keys()]).toEqual([201]);
    expect(statuses.get(201)).toBeGreaterThan(100);
  });
});
