import { markdownTable } from 'markdown-table';
import { startLane, startServer } from './child.ts';
import { BASELINE } from './contenders.ts';

const BATCH = { calls: 20_000, concurrency: 64 };
const BATCHES = 10;
// Left alone, V8 lets its nursery grow with the load, and resident memory tells of that and not of what is kept.
const FLAGS = ['--max-semi-space-size=8'];

/** Whether many calls leave memory behind: the same work over and over, a collection after each batch. */
export async function measureMemory(tell: (line: string) => void): Promise<string> {
  using server = await startServer();
  const rows: string[][] = [];
  for (const name of [BASELINE, '@org/simli', '@org/anam', '@org/liveavatar']) {
    tell(`memory: ${BATCH.calls * BATCHES} calls of ${name}`);
    using lane = await startLane(name, server.url, FLAGS);
    const mebibytes: number[] = [];
    for (let batch = 0; batch < BATCHES; batch++) {
      mebibytes.push((await lane.perform(BATCH)).residentBytes / 2 ** 20);
    }
    const [first = 0] = mebibytes;
    const last = mebibytes.at(-1) ?? 0;
    rows.push([name, first.toFixed(1), last.toFixed(1), (last - first).toFixed(1)]);
  }
  const after = (calls: number): string => `after ${calls} calls, MiB`;
  return markdownTable([
    ['client', after(BATCH.calls), after(BATCH.calls * BATCHES), 'grown by, MiB'],
    ...rows,
  ]);
}
