import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import pkg from '../package.json' with { type: 'json' };
import { ask, askForSession } from '../test/ask.ts';
import { PATHS, startFakeVendor, type FakeVendor } from '../test/fake-vendor.ts';
import { freePort, haveRedis, startRedis } from '../test/redis-server.ts';
import { EXAMPLE, KEYS } from '../test/start.ts';
import { HELP } from './config/flags.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

/** Linux's own disk that is always full. */
const FULL = '/dev/full';

let vendor: FakeVendor;

beforeAll(async () => {
  vendor = await startFakeVendor();
});
afterAll(() => vendor[Symbol.asyncDispose]());

type Child = ChildProcessByStdio<null, Readable, Readable>;
type Environment = Readonly<Record<string, string>>;

const keys: Environment = {
  SIMLI_API_KEY: KEYS.simli,
  ANAM_API_KEY: KEYS.anam,
  LIVEAVATAR_API_KEY: KEYS.liveavatar,
};

function run(args: readonly string[], env: Environment): Child {
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Runs a start that ends by itself. */
async function ending(
  args: readonly string[],
  env: Environment = {},
): Promise<{ code: unknown; out: string; err: string }> {
  const child = run(args, env);
  const [[code], out, err] = await Promise.all([
    once(child, 'exit') as Promise<unknown[]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, out, err };
}

/** Starts it for real; resolves once it listens. */
async function listening(more: Environment = {}): Promise<{ child: Child; url: string }> {
  const urls = { SIMLI_BASE_URL: vendor.url, ANAM_BASE_URL: vendor.url, LIVEAVATAR_BASE_URL: vendor.url };
  const child = run(['--dev', '--port', '0', '--presets', EXAMPLE], { ...keys, ...urls, ...more });
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, url } = JSON.parse(line) as { msg: string; url?: string };
    if (msg === 'listening' && url !== undefined) return { child, url };
  }
  throw new Error('it ended before it listened');
}

test('prints its help and its version', async () => {
  expect(await ending(['--help'])).toEqual({ code: 0, out: `${HELP}\n`, err: '' });
  expect(await ending(['--version'])).toEqual({ code: 0, out: `${pkg.version}\n`, err: '' });
});

test.each<[string, string[], Environment, string | RegExp]>([
  [
    'no --dev',
    [],
    {},
    'Nothing says how callers are checked: set JWKS_URL, JWT_SECRET or SERVICE_KEYS_FILE; or start it with --dev, for development on this machine.\n',
  ],
  [
    '--dev for everybody',
    ['--dev'],
    { HOST: '0.0.0.0' },
    'With --dev callers are not checked, so HOST must be a loopback address, such as 127.0.0.1.\n',
  ],
  ['a bad port', ['--dev'], { PORT: 'http' }, 'PORT (--port) must be a whole number from 0 to 65535.\n'],
  ['an unknown flag', ['--prot', '1'], {}, "Unknown option '--prot'. Try token-server --help.\n"],
  [
    'no file of presets',
    ['--dev', '--presets', 'no-such.yaml'],
    {},
    'no-such.yaml cannot be read (ENOENT): name a file with --presets or PRESETS_FILE.\n',
  ],
  [
    'a preset whose vendor has no key',
    ['--presets', EXAMPLE],
    { ...keys, DEV: '1', ANAM_API_KEY: ' ' },
    `${EXAMPLE}:16:5 presets.anam-guide.vendor is anam, and ANAM_API_KEY is not set\n`,
  ],
  [
    'a key with quotes',
    ['--dev', '--presets', EXAMPLE],
    { ...keys, SIMLI_API_KEY: "'the-secret-key'" },
    'SIMLI_API_KEY has quotes around it; give the key alone.\n',
  ],
])('does not start with %s', async (_what, args, env, message) => {
  expect(await ending(args, env)).toEqual({ code: 1, out: '', err: message });
});

test.each([
  ['a blank before it', [], ' redis://:the-password@localhost'],
  ['a blank before it, by a check', ['check'], ' redis://:the-password@localhost'],
  ['options in it', [], 'redis://:the-password@localhost?sentinels=x'],
])('ends for an address of Redis with %s, and tells no password', async (_what, command, REDIS_URL) => {
  const env = { ...keys, REDIS_URL, STATE_SECRET: 'x'.repeat(32) };
  const { code, out, err } = await ending([...command, '--dev', '--presets', EXAMPLE], env);
  expect([code, out + err]).toEqual([1, expect.stringMatching(/^[^\n]*REDIS_URL must be a URL [^\n]+\n$/)]);
  expect(out + err).not.toContain('the-password');
});

test('does not start on a port that is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  expect(await ending(['--dev', '--port', String(port), '--presets', EXAMPLE], keys)).toEqual({
    code: 1,
    out: '',
    err: `Port ${port} of 127.0.0.1 is taken: choose another with --port, for example --port 0 for any free one.\n`,
  });
  other.close();
});

test.skipIf(!haveRedis)('lets go of what it opened before it found its port taken', async () => {
  await using redis = await startRedis();
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const env = { ...keys, METRICS_PORT: '0', REDIS_URL: redis.url, STATE_SECRET: 'x'.repeat(32) };
  const { code, out, err } = await ending(['--dev', '--port', String(port), '--presets', EXAMPLE], env);
  expect([code, err]).toEqual([1, expect.stringContaining(`Port ${port} of 127.0.0.1 is taken`)]);
  expect(out).toContain('"msg":"metrics"');
  other.close();
});

test.each(['SIGTERM', 'SIGINT'] as const)('serves, and ends cleanly on %s', async (signal) => {
  const { child, url } = await listening();
  expect((await ask(`${url}/readyz`)).status).toBe(200);
  expect((await askForSession(url, { preset: 'liveavatar-host' })).status).toBe(201);
  child.kill(signal);
  expect(await once(child, 'exit')).toEqual([0, null]);
});

describe('a log', () => {
  test('is whole and in its order at the end', async () => {
    const { child, url } = await listening();
    await ask(`${url}/nowhere`);
    child.kill('SIGTERM');
    const lines = (await text(child.stdout)).trimEnd().split('\n');
    const told = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(told).toEqual(['request', 'draining', 'closed']);
  });

  test.each([1, 2])('that nobody reads keeps it from nothing; it ends at %i signals', async (signals) => {
    const wait = signals === 1 ? '0' : '15';
    const { child, url } = await listening({ DRAIN_WAIT_SECONDS: wait, LOG_LEVEL: 'trace' });
    child.stdout.pause();
    // A line is two hundred bytes, and the system keeps some two hundred thousand.
    for (let n = 0; n < 20; n++) {
      const replies = Array.from({ length: 100 }, () => ask(`${url}/healthz`));
      for (const { status } of await Promise.all(replies)) expect(status).toBe(200);
    }
    child.kill('SIGTERM');
    if (signals === 2) {
      await expect.poll(async () => (await ask(`${url}/readyz`)).status).toBe(503);
      child.kill('SIGTERM');
    }
    expect(await once(child, 'exit')).toEqual([signals - 1, null]);
  });

  test.skipIf(!existsSync(FULL))(
    'on a full disk keeps it from nothing, and what is lost is counted',
    async () => {
      const [port, metricsPort] = [await freePort(), await freePort()];
      const args = ['--dev', '--port', String(port), '--presets', EXAMPLE];
      await using full = await open(FULL, 'w');
      const child = spawn(process.execPath, [MAIN, ...args], {
        env: { ...keys, METRICS_PORT: String(metricsPort) },
        stdio: ['ignore', full.fd, 'inherit'],
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      const askFor = async (path: string, at = port): Promise<string> =>
        (await ask(`http://127.0.0.1:${at}${path}`).catch(() => ({ text: '' }))).text;
      await expect.poll(() => askFor('/readyz')).toContain('ready');
      expect(await askFor('/nowhere')).toContain('not_found');
      expect(await askFor('/metrics', metricsPort)).toMatch(/^token_server_log_lines_lost_total [1-9]/m);
      child.kill('SIGTERM');
      expect(await once(child, 'exit')).toEqual([0, null]);
    },
  );
});

test('finishes what is under way, unless it is told a second time', async () => {
  for (const impatient of [false, true]) {
    vendor.answer(PATHS.anam, 'hang');
    const { child, url } = await listening();
    const earlier = vendor.asked.length;
    const reply = askForSession(url, { preset: 'anam-guide' }).catch(() => undefined);
    await expect.poll(() => vendor.asked.length).toBeGreaterThan(earlier);
    child.kill('SIGTERM');
    await expect.poll(() => ask(`${url}/readyz`).catch(() => 'closed')).toBe('closed');
    if (impatient) child.kill('SIGTERM');
    else vendor.release();
    expect(await once(child, 'exit')).toEqual([impatient ? 1 : 0, null]);
    expect((await reply)?.status).toBe(impatient ? undefined : 201);
  }
});

test('tells OpenTelemetry of its calls to vendors, where that is asked for', async () => {
  const setup = fileURLToPath(new URL('../test/telemetry-setup.ts', import.meta.url));
  vendor.answer(PATHS.anam, 'well');
  for (const asked of ['1', '0']) {
    const { child, url } = await listening({ OPENTELEMETRY: asked, NODE_OPTIONS: `--import=${setup}` });
    const err = text(child.stderr);
    expect((await askForSession(url, { preset: 'anam-guide' })).status).toBe(201);
    child.kill('SIGTERM');
    await once(child, 'exit');
    const spans = asked === '1' ? ['span POST /v1/auth/session-token', 'span anam sessionTokens.create'] : [];
    expect((await err).split('\n').filter((line) => line.startsWith('span'))).toEqual(spans);
  }
});

test('says what is missing when OpenTelemetry is asked for and is not installed', async () => {
  const missing = fileURLToPath(new URL('../test/telemetry-missing.ts', import.meta.url));
  const env = { ...keys, OPENTELEMETRY: '1', NODE_OPTIONS: `--import=${missing}` };
  const why =
    'OPENTELEMETRY is 1, and @opentelemetry/api is not installed: install it beside the server, or leave OPENTELEMETRY out.\n';
  const args = ['--dev', '--port', '0', '--presets', EXAMPLE];
  expect(await ending(args, env)).toEqual({ code: 1, out: '', err: why });
  expect(await ending(['check', ...args], env)).toEqual({
    code: 1,
    out: `wrong      configuration: ${why}`,
    err: '',
  });
});
