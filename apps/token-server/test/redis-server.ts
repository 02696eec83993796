import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

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

interface RedisOptions {
  /** A folder for what it holds, which is in memory alone otherwise. */
  readonly keepIn?: string;
  readonly password?: string;
}

/** A real Redis of the test's own, on a free port. Its URL is without the password. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const port = await freePort();
  let child = await launch(port, options);
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    restart: async () => {
      await kill();
      child = await launch(port, options);
    },
    hang: () => child.kill('SIGSTOP'),
    goOn: () => child.kill('SIGCONT'),
    [Symbol.asyncDispose]: kill,
  };
}

async function launch(port: number, { keepIn, password }: RedisOptions): Promise<ReturnType<typeof spawn>> {
  const secured = password === undefined ? [] : ['--requirepass', password];
  const keep = ['--save', '', '--appendonly', keepIn === undefined ? 'no' : 'yes'];
  const options = ['--port', String(port), '--bind', '127.0.0.1', ...keep, ...secured];
  const child = spawn(PROGRAM, options, { stdio: 'ignore', cwd: keepIn ?? '/tmp' });
  while (!(await answers(port))) await wait(20);
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
