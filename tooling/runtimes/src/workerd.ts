import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Told } from './hosts.ts';
import type { Programs } from './programs.ts';

/** The newest behaviour of the workerd in the catalog, without the Node modules that a worker may ask for. */
const COMPATIBILITY_DATE = '2026-11-17';

/** The worker can reach loopback and nothing else, where workerd by default allows the public internet only. */
const config = (sandbox: string): string => `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "story", worker = .story),
    (name = "loopback", network = (allow = ["127.0.0.1/32"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "story")],
);

const story :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  bindings = [(name = "SANDBOX_URL", text = ${JSON.stringify(sandbox)})],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  globalOutbound = "loopback",
);
`;

/** Serves the worker with workerd, and asks it once for the story. After the limit workerd is ended, and thus the story. */
export async function tellInWorkerd(
  path: string,
  programs: Programs,
  sandbox: string,
  timeLimitMs: number,
): Promise<Told> {
  const directory = mkdtempSync(join(tmpdir(), 'workerd-'));
  copyFileSync(programs.worker, join(directory, 'worker.js'));
  writeFileSync(join(directory, 'config.capnp'), config(sandbox));
  // On descriptor 3 workerd tells the port that it was given.
  const child = spawn(path, ['serve', 'config.capnp', '--control-fd=3'], {
    cwd: directory,
    env: {},
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    timeout: timeLimitMs,
  });
  const gone = once(child, 'close');
  const stdout = gather(child.stdout);
  const stderr = gather(child.stderr);
  const entry = JSON.stringify({ step: 'entry', told: programs.workerEntry });
  let story = '';
  let failure = '';
  try {
    const answer = await fetch(`http://127.0.0.1:${await portOf(child)}/`);
    story = await answer.text();
  } catch (error) {
    failure = String(error);
  } finally {
    child.kill();
    await gone;
    rmSync(directory, { recursive: true });
  }
  return {
    lines: [entry, ...story.split('\n')],
    complaints: [failure, stderr()].join('\n').trim(),
    printed: story + stdout() + stderr(),
  };
}

function gather(stream: Readable | null): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  return () => text;
}

async function portOf(child: ChildProcess): Promise<number> {
  const control = child.stdio[3] as Readable;
  let text = '';
  for await (const piece of control.iterator({ destroyOnReturn: false })) {
    text += String(piece);
    const [, port] = /"event":"listen".*"port":(\d+)/.exec(text) ?? [];
    if (port === undefined) continue;
    // Unread, it would keep the process from being closed.
    control.resume();
    return Number(port);
  }
  throw new Error('workerd ended before it listened');
}
