import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { firstIn } from './lines.ts';
import type { Sandbox } from './sandbox.ts';

const MAIN = fileURLToPath(new URL('../../../token-server/dist/main.js', import.meta.url));
const PRESETS = fileURLToPath(new URL('presets.yaml', import.meta.url));

/** A key that must never be found in the page or in what it receives. */
export const CANARY_KEY = 'canary-key-0f3a9c';

/** A session as its caller may see it. */
export interface Lease {
  readonly id: string;
  readonly preset: string;
  readonly vendor: string;
}

export interface TokenServer {
  readonly url: string;
  /** The sessions that count. */
  sessions(callerToken?: string): Promise<readonly Lease[]>;
  /** Whether it can stop that session at its vendor. */
  canStop(id: string): Promise<boolean>;
  /** Why that session is over, or undefined while it is not. */
  endReason(id: string): Promise<string | undefined>;
  /** Ends it in the midst of all, of which it can tell nobody. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

/** The real one, with the sandbox as its vendors. Without a way to check callers it runs in development mode. */
export async function startTokenServer(
  sandbox: Sandbox,
  { callers, port = 0 }: { readonly callers?: Readonly<Record<string, string>>; readonly port?: number } = {},
): Promise<TokenServer> {
  const mode = callers === undefined ? ['--dev'] : [];
  const child = spawn(process.execPath, [MAIN, ...mode, '--port', String(port), '--presets', PRESETS], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      SIMLI_API_KEY: CANARY_KEY,
      ANAM_API_KEY: CANARY_KEY,
      LIVEAVATAR_API_KEY: CANARY_KEY,
      SIMLI_BASE_URL: sandbox.simli.baseUrl,
      ANAM_BASE_URL: sandbox.anam.baseUrl,
      LIVEAVATAR_BASE_URL: sandbox.liveavatar.baseUrl,
      DRAIN_WAIT_SECONDS: '0',
      ...callers,
    },
  });
  const url = await firstIn(child, listeningAt);
  const session = async (id: string): Promise<{ status: string; canStop: boolean; endReason?: string }> => {
    const answer = await fetch(`${url}/v1/sessions/${id}`);
    return (await answer.json()) as { status: string; canStop: boolean; endReason?: string };
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  return {
    url,
    sessions: async (callerToken) => {
      const headers = callerToken === undefined ? {} : { authorization: `Bearer ${callerToken}` };
      const answer = await fetch(`${url}/v1/sessions`, { headers });
      return ((await answer.json()) as { sessions: readonly Lease[] }).sessions;
    },
    canStop: async (id) => (await session(id)).canStop,
    endReason: async (id) => {
      const { status, endReason } = await session(id);
      return status === 'ended' ? endReason : undefined;
    },
    crash: () => end('SIGKILL'),
    close: () => end('SIGTERM'),
  };
}

function listeningAt(line: string): string | undefined {
  const { msg, url } = JSON.parse(line) as { msg?: string; url?: string };
  return msg === 'listening' ? url : undefined;
}
