import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ask } from './ask.ts';
import { bearer } from './issuer.ts';
import { KEYS } from './start.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** The service key of every replica's one caller. */
export const SERVICE_KEY = 'tsk_of-the-tests';

/** What the replicas of one test share: files, and the environment that names them. */
export interface Settings extends AsyncDisposable {
  readonly environment: Readonly<Record<string, string>>;
}

/** Writes a file of presets and one of service keys into a folder of its own. */
export async function writeSettings(
  presetsYaml: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Settings> {
  const folder = await mkdtemp(join(tmpdir(), 'replicas-'));
  const sha256 = createHash('sha256').update(SERVICE_KEY).digest('hex');
  const [presets, keys] = [join(folder, 'presets.yaml'), join(folder, 'keys.yaml')];
  await writeFile(presets, presetsYaml);
  await writeFile(keys, `keys: [{ name: tests, sha256: "${sha256}" }]\n`);
  return {
    environment: {
      PORT: '0',
      DRAIN_WAIT_SECONDS: '0',
      PRESETS_FILE: presets,
      SERVICE_KEYS_FILE: keys,
      SIMLI_API_KEY: KEYS.simli,
      ANAM_API_KEY: KEYS.anam,
      LIVEAVATAR_API_KEY: KEYS.liveavatar,
      STATE_SECRET: 'the same for all, and long enough',
      ...more,
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

/** How many sessions count at a replica. */
export async function leasedAt(url: string): Promise<number> {
  const { json } = await ask(`${url}/v1/sessions`, { headers: bearer(SERVICE_KEY) });
  return (json as { sessions: readonly unknown[] }).sessions.length;
}

/** A token server as a process of its own. */
export interface Replica extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** Everything that it has logged so far, line by line. */
  readonly lines: readonly string[];
  /** Ends it; resolves with its exit code, or the signal that ended it. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<number | NodeJS.Signals | null>;
}

/** Starts one and waits until it listens. */
export async function launchReplica(environment: Readonly<Record<string, string>>): Promise<Replica> {
  const child = spawn(process.execPath, [MAIN], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const lines: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      const { msg, url } = JSON.parse(line) as { msg: string; url?: string };
      if (msg === 'listening' && url !== undefined) resolve(url);
    });
    void exited.then(([code]) => {
      reject(new Error(`the replica ended with ${code ?? 'a signal'} before it listened`));
    });
  });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals | null> => {
    child.kill(signal);
    const [code, by] = await exited;
    return code ?? by;
  };
  return {
    url,
    pid: child.pid ?? 0,
    lines,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop('SIGKILL');
    },
  };
}
