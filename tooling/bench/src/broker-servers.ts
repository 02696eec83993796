import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { VENDOR_KEY } from './broker-presets.ts';
import { AUDIENCE, ISSUER, SHARED_KEY } from './broker-proofs.ts';
import { start } from './child.ts';

const MAIN = fileURLToPath(new URL('../../../apps/token-server/dist/main.js', import.meta.url));
const REDIS = '/usr/bin/redis-server';

/** A server under test: where it is, and who, so that its processor time can be read. */
export interface Served extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
}

/** Processor time of a process so far, in microseconds, all threads: from Linux, which counts hundredths of a second. */
export function cpuMicros({ pid }: Served): number {
  const [, after = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const fields = after.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Resident memory of a process, in MiB. */
export function residentMiB({ pid }: Served): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;
}

/** The bare handler. */
export async function startBare(vendorUrl: string): Promise<Served> {
  const { child, first } = await start('./broker-bare.ts', [vendorUrl]);
  return {
    url: `http://127.0.0.1:${String(first)}`,
    pid: child.pid ?? 0,
    [Symbol.asyncDispose]: async () => {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

/** The token server as it is shipped, with its log, its metrics and this file of presets. */
export async function startTokenServer(
  vendorUrl: string,
  presets: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const file = join(folder, 'presets.yaml');
  await writeFile(file, presets);
  const env = {
    NODE_ENV: 'production',
    PORT: '0',
    METRICS_PORT: '0',
    PRESETS_FILE: file,
    DRAIN_WAIT_SECONDS: '0',
    SIMLI_API_KEY: VENDOR_KEY,
    ANAM_API_KEY: VENDOR_KEY,
    LIVEAVATAR_API_KEY: VENDOR_KEY,
    SIMLI_BASE_URL: vendorUrl,
    ANAM_BASE_URL: vendorUrl,
    LIVEAVATAR_BASE_URL: vendorUrl,
    JWT_ISSUER: ISSUER,
    JWT_AUDIENCE: AUDIENCE,
    STATE_SECRET: SHARED_KEY,
    JWT_SECRET: SHARED_KEY,
    ...more,
  };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const url = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const { msg, url: listening } = JSON.parse(line) as { msg: string; url?: string };
      if (msg === 'listening' && listening !== undefined) resolve(listening);
    });
    void exited.then(() => {
      reject(new Error('the token server ended before it listened'));
    });
  });
  // Whoever collects a log does not parse it.
  lines.close();
  child.stdout.resume();
  return {
    url,
    pid: child.pid ?? 0,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}

/** A Redis of the measurement's own, or `undefined` where Debian's package is not there. */
export async function startRedis(): Promise<Served | undefined> {
  if (!existsSync(REDIS)) return undefined;
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn(REDIS, options, { stdio: 'ignore', cwd: tmpdir() });
  const exited = once(child, 'exit');
  const answers = async (): Promise<boolean> => {
    const socket = connect(port, '127.0.0.1');
    const said = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    return said;
  };
  while (!(await answers())) await wait(20);
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
