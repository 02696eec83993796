import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { firstIn } from './lines.ts';

const COMMAND = fileURLToPath(new URL('../../../../packages/sandbox/dist/cli.js', import.meta.url));

export type Vendor = 'simli' | 'anam' | 'liveavatar';

interface Door {
  readonly baseUrl: string;
}

interface Disturbance {
  readonly kind: string;
  readonly reason?: string;
}

/** What goes wrong on the wire. */
interface Fault {
  readonly status?: number;
  /** With a status: what it answers. */
  readonly body?: unknown;
  readonly stall?: 'headers' | 'body';
  readonly delayMs?: number;
  /** How many calls it strikes; one by default. */
  readonly times?: number;
}

/** A request that has reached a vendor. */
interface Asked {
  readonly vendor: Vendor;
  readonly method: string;
  readonly path: string;
  /** Absent as long as it is not answered. */
  readonly status?: number;
}

/** A session that somebody watches. */
interface Watched {
  readonly vendor: Vendor;
  /** The vendor's own. */
  readonly id: string;
  readonly state: string;
}

/** The sandbox as a process of its own, as everybody has it, by way of its control API. */
export interface Sandbox extends Readonly<Record<Vendor, Door>> {
  /** Makes something go wrong with the vendor's next session, or with those that live. */
  disturb(vendor: Vendor, disturbance: Disturbance, on?: 'next' | 'live'): Promise<void>;
  /** Makes an operation's next calls fail. Once that is disposed of, none fails any more. */
  fail(vendor: Vendor, operation: string, fault: Fault): Promise<AsyncDisposable>;
  /** The sessions that somebody watches now. */
  sessions(): Promise<readonly Watched[]>;
  /** All that vendors were asked, and how they answered, oldest first. */
  journal(): Promise<readonly Asked[]>;
  close(): Promise<void>;
}

export async function startSandbox(): Promise<Sandbox> {
  const child = spawn(process.execPath, [COMMAND, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let closing = false;
  child.once('exit', (code, signal) => {
    if (!closing) console.error(`The sandbox ended by itself, with ${signal ?? `code ${String(code)}`}.`);
  });
  const url = await firstIn(child, (line) => /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0]);
  const ask = async (path: string, init?: RequestInit): Promise<Response> => {
    const answer = await fetch(`${url}/_sandbox/${path}`, init);
    if (!answer.ok) throw new Error(`the sandbox answers ${answer.status}: ${await answer.text()}`);
    return answer;
  };
  const control = async (path: string, body?: unknown): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await ask(
      path,
      body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) },
    );
    return answer.json();
  };
  return {
    simli: { baseUrl: `${url}/simli` },
    anam: { baseUrl: `${url}/anam` },
    liveavatar: { baseUrl: `${url}/liveavatar` },
    disturb: async (vendor, disturbance, on = 'next') => {
      await control('disturbances', { vendor, disturbance, on });
    },
    fail: async (vendor, operation, fault) => {
      await control('faults', { vendor, operation, fault });
      return {
        [Symbol.asyncDispose]: async () => {
          await ask('faults', { method: 'DELETE' });
        },
      };
    },
    sessions: async () => {
      const { sessions } = (await control('sessions')) as { sessions: Watched[] };
      return sessions;
    },
    journal: async () => {
      const { entries } = (await control('journal')) as { entries: Asked[] };
      return entries;
    },
    close: async () => {
      closing = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill();
      await once(child, 'exit');
    },
  };
}
