import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** The token server as a process of its own, as in production. */
export interface TokenServerProcess extends AsyncDisposable {
  readonly url: string;
  /** Resolves with its exit code when it has ended, for whatever reason. */
  readonly ended: Promise<number | null>;
  /** Ends it at once, where leaving its scope would let it drain. */
  readonly kill: () => void;
}

/** Why it did not start, in its own words. */
export class TokenServerFailed extends Error {
  override readonly name = 'TokenServerFailed';
}

/** Starts it and waits until it listens. `tell` gets what it logs as an error. */
export async function startTokenServer(
  main: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
  tell: (line: string) => void,
): Promise<TokenServerProcess> {
  // A group of its own: the terminal's Ctrl-C is then ours to pass on, once, and not its first of two.
  const child = spawn(process.execPath, [main, '--dev'], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const complaints: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk.toString()));
  const listening = new Promise<string>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      const { msg, url, level } = logLine(line);
      if (msg === 'listening' && typeof url === 'string') resolve(url);
      if (level === 'error' || level === 'fatal') tell(`token server: ${line}`);
    });
  });
  const url = await Promise.race([listening, ended.then(() => undefined)]);
  if (url === undefined) throw new TokenServerFailed(complaints.join('').trim());
  return {
    url,
    ended,
    kill: () => child.kill('SIGKILL'),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function logLine(line: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
}
