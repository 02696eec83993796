import { startLane, startServer } from './child.ts';
import { table } from './table.ts';

const BEFORE = 20_000;
const AFTER = 200_000;

/** Whether many calls leave memory behind. */
export async function measureMemory(tell: (line: string) => void): Promise<string> {
  const server = await startServer();
  try {
    const rows: string[][] = [];
    for (const name of ['@org/simli', '@org/anam', '@org/liveavatar']) {
      tell(`memory: ${AFTER} calls of ${name}`);
      const lane = await startLane(name, server.url);
      const before = await lane.perform({ calls: BEFORE, concurrency: 64 });
      const after = await lane.perform({ calls: AFTER - BEFORE, concurrency: 64 });
      lane.stop();
      const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
      const grown = mebibytes(after.residentBytes - before.residentBytes);
      rows.push([name, mebibytes(before.residentBytes), mebibytes(after.residentBytes), grown]);
    }
    return table(
      ['client', `after ${BEFORE} calls, MiB`, `after ${AFTER} calls, MiB`, 'grown by, MiB'],
      rows,
    );
  } finally {
    server.stop();
  }
}
