import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { weak, type Cell, type Drill } from './drill.ts';
import type { Report } from './lane.ts';

const LANE = fileURLToPath(new URL('lane.ts', import.meta.url));
// Each drill has bounds of its own; this is for one that blocks its process.
const SILENCE_MS = 90_000;

/** What came of one contender. */
export interface Row {
  /** By the names of the drills. */
  readonly cells: ReadonlyMap<string, Cell>;
  /** How often its process died, as it does of a rejection that nobody handles. */
  readonly deaths: number;
}

/** Puts a contender through drills, so many at once. A process that dies or goes silent costs it the drill that was running. */
export async function runContender(name: string, drills: readonly Drill[], atOnce: number): Promise<Row> {
  const cells = new Map<string, Cell>();
  for (let deaths = 0; ;) {
    const left = drills.map((drill) => drill.name).filter((drill) => !cells.has(drill));
    if (left.length === 0) return { cells, deaths };
    const lane = await runLane([name, String(atOnce), ...left]);
    for (const [drill, cell] of lane.cells) cells.set(drill, cell);
    deaths += lane.deaths;
  }
}

/** One process, as far as it gets: at least one cell, good or bad. */
async function runLane(args: readonly string[]): Promise<Row> {
  const cells = new Map<string, Cell>();
  const running = new Set<string>();
  const child = fork(LANE, args, {
    execArgv: ['--unhandled-rejections=strict'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const said: string[] = [];
  child.stderr?.on('data', (chunk) => said.push(String(chunk)));
  const watchdog = setTimeout(() => child.kill('SIGKILL'), SILENCE_MS);
  child.on('message', ({ drill, cell }: Report) => {
    watchdog.refresh();
    running.add(drill);
    if (cell === undefined) return;
    running.delete(drill);
    cells.set(drill, cell);
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  clearTimeout(watchdog);
  if (cells.size + running.size === 0) throw new Error(`${args.join(' ')} did not start: ${said.join('')}`);
  const end = signal === null ? `the process dies (${String(code)})` : 'blocks the process';
  for (const drill of running) cells.set(drill, weak(end));
  return { cells, deaths: code === 0 ? 0 : 1 };
}
