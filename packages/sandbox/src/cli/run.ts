import { parseArgs } from 'node:util';
import pkg from '../../package.json' with { type: 'json' };
import { CONTROL_PREFIX } from '../http/control-requests.ts';
import { PortTakenError } from '../http/server.ts';
import type { JournalEntry } from '../control/journal.ts';
import { createSandbox, type Sandbox } from '../sandbox.ts';

const DEFAULT_PORT = 4010;

/** What the command needs of the process it runs in. */
export interface Terminal {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** Resolves when somebody asks the command to end. */
  readonly untilStopped: () => Promise<unknown>;
}

export const help: string = `avatar-sandbox: Simli, Anam and LiveAvatar on this machine, without a key

Usage: avatar-sandbox [options]

  --port <number>  the port on 127.0.0.1 (default ${DEFAULT_PORT}; 0 takes any free one)
  --verbose        print one line for each request
  --help           print this
  --version        print the version`;

/** Runs the command; resolves with its exit code. */
export async function run(args: readonly string[], terminal: Terminal): Promise<0 | 1> {
  const options = readOptions(args);
  if ('problem' in options) {
    terminal.err(`${options.problem}\nTry avatar-sandbox --help.`);
    return 1;
  }
  if (options.help || options.version) {
    terminal.out(options.help ? help : pkg.version);
    return 0;
  }
  return serve(options.port, options.verbose, terminal);
}

async function serve(port: number, verbose: boolean, { out, err, untilStopped }: Terminal): Promise<0 | 1> {
  const onRequest = (entry: JournalEntry): void => {
    if (verbose) out(requestLine(entry));
  };
  try {
    await using sandbox = await createSandbox({ port, onRequest });
    const stopped = untilStopped();
    out(greeting(sandbox));
    await stopped;
    return 0;
  } catch (error) {
    const taken = `Port ${port} is taken: choose another with --port, for example --port 0 for any free one.`;
    err(error instanceof PortTakenError ? taken : String(error));
    return 1;
  }
}

type CliOptions =
  | { readonly problem: string }
  | { readonly port: number; readonly help: boolean; readonly version: boolean; readonly verbose: boolean };

function readOptions(args: readonly string[]): CliOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: String(DEFAULT_PORT) },
        help: { type: 'boolean', default: false },
        version: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
      },
    });
    const { port, ...flags } = values;
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
      return { problem: `--port must be a number from 0 to 65535, not ${port}` };
    }
    return { port: Number(port), ...flags };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function greeting({ url, simli, anam, liveavatar }: Sandbox): string {
  return `The sandbox listens on ${url} (loopback only).

Give each client its base URL:
  Simli       baseUrl: '${simli.baseUrl}'
  Anam        baseUrl: '${anam.baseUrl}'
  LiveAvatar  baseUrl: '${liveavatar.baseUrl}'

Any key will do:
  export SIMLI_API_KEY=sandbox ANAM_API_KEY=sandbox LIVEAVATAR_API_KEY=sandbox

Faults, clock and journal: ${url}/${CONTROL_PREFIX}
Ctrl-C ends it.`;
}

/** One request on one line; an entry of the journal holds no secrets. */
export function requestLine({ vendor, operation, method, path, status, notes }: JournalEntry): string {
  return [`${vendor} ${method} ${path} ${status ?? 'unanswered'}`, operation, ...notes]
    .filter(Boolean)
    .join(' | ');
}
