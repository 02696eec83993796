import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Certificate } from './certificate.ts';

const PROGRAM = '/usr/bin/redis-server';

/** Debian's Redis is not on every machine; what needs it is skipped there, and that is said. */
export const haveRedis: boolean = existsSync(PROGRAM);
if (!haveRedis) console.warn(`SKIPPED: ${PROGRAM} is not there, so nothing is tried against a real Redis.`);

export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  /** Ends it the hard way. */
  kill(): Promise<void>;
  /** Starts it again on its port: empty, unless it keeps what it holds. */
  restart(): Promise<void>;
  /** Lets it hang: it takes connections, and answers nobody. */
  hang(): void;
  /** Ends that. */
  goOn(): void;
}

interface Settings {
  /** A folder to keep what it holds in; otherwise it is in memory alone. */
  readonly keepIn?: string;
  /** Whom it is by TLS, and nothing else; otherwise it does not speak it. */
  readonly certificate?: Certificate;
  /** More of its own options. */
  readonly options?: readonly string[];
}

/** A real Redis of the test's own, on a free port. */
export async function startRedis(settings: Settings = {}): Promise<RedisServer> {
  const port = await freePort();
  let child = await launch(port, settings);
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return {
    url: `${settings.certificate === undefined ? 'redis' : 'rediss'}://127.0.0.1:${port}`,
    kill,
    restart: async () => {
      await kill();
      child = await launch(port, settings);
    },
    hang: () => child.kill('SIGSTOP'),
    goOn: () => child.kill('SIGCONT'),
    [Symbol.asyncDispose]: kill,
  };
}

async function launch(
  port: number,
  { keepIn, certificate, options = [] }: Settings,
): Promise<ReturnType<typeof spawn>> {
  const listen =
    certificate === undefined
      ? ['--port', String(port)]
      : [
          ...['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no'],
          ...['--tls-cert-file', certificate.file, '--tls-key-file', certificate.keyFile],
        ];
  // What it has answered is kept, whenever it is killed: by default it may lose what it has not written yet.
  const kept = keepIn === undefined ? ['no'] : ['yes', '--appendfsync', 'always'];
  const keep = ['--save', '', '--appendonly', ...kept];
  const child = spawn(PROGRAM, [...listen, '--bind', '127.0.0.1', ...keep, ...options], {
    stdio: 'ignore',
    cwd: keepIn ?? '/tmp',
  });
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`Redis ended with ${child.exitCode} before it listened`);
    await wait(20);
  }
  return child;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
