import { markdownTable } from 'markdown-table';
import { startLane, startServer, type Lane } from './child.ts';
import { BASELINE, contenders, FLOOR } from './contenders.ts';
import type { Cost, Task } from './lane.ts';
import { median } from './median.ts';

const WARM_UP: Task = { calls: 5_000, concurrency: 64 };
const BUSY: Task = { calls: 4_000, concurrency: 64 };
const ALONE: Task = { calls: 1_000, concurrency: 1 };
const ROUNDS = 11;

/** What a contender's rounds came to. */
interface Row {
  readonly name: string;
  readonly does: string;
  readonly busy: readonly Cost[];
  readonly alone: readonly Cost[];
}

/** Every contender in turn, round after round, so that a drift of the machine falls on all alike. */
export async function measureCalls(tell: (line: string) => void): Promise<string> {
  using server = await startServer();
  using stack = new DisposableStack();
  const lanes: Lane[] = [];
  for (const { name } of contenders) {
    const lane = stack.use(await startLane(name, server.url));
    await lane.perform(WARM_UP);
    lanes.push(lane);
  }
  const costs = new Map(lanes.map(({ name }) => [name, { busy: [] as Cost[], alone: [] as Cost[] }]));
  for (let round = 1; round <= ROUNDS; round++) {
    tell(`calls: round ${round} of ${ROUNDS}`);
    for (const lane of lanes) {
      const cost = costs.get(lane.name);
      cost?.busy.push(await lane.perform(BUSY));
      cost?.alone.push(await lane.perform(ALONE));
    }
  }
  return report(
    contenders.map(({ name, does }) => ({ name, does, ...(costs.get(name) ?? { busy: [], alone: [] }) })),
  );
}

function report(rows: readonly Row[]): string {
  const of = (name: string): readonly Cost[] => rows.find((row) => row.name === name)?.busy ?? [];
  const against = (row: Row, other: readonly Cost[]): string =>
    median(
      row.busy.map(({ cpuMicros }, round) => cpuMicros / (other[round]?.cpuMicros ?? Number.NaN)),
    ).toFixed(2);
  const millis = (costs: readonly Cost[], key: 'p50Millis' | 'p99Millis'): string =>
    median(costs.map((cost) => cost[key])).toFixed(2);
  return markdownTable([
    [
      'client',
      'does',
      'CPU a call, µs',
      `× ${BASELINE}`,
      `× ${FLOOR}`,
      'calls/s',
      'p50 at 64, ms',
      'p99 at 64, ms',
      'p50 alone, ms',
      'p99 alone, ms',
    ],
    ...rows.map((row) => [
      row.name,
      row.does,
      median(row.busy.map(({ cpuMicros }) => cpuMicros)).toFixed(1),
      against(row, of(BASELINE)),
      against(row, of(FLOOR)),
      median(row.busy.map(({ callsPerSecond }) => callsPerSecond)).toFixed(0),
      millis(row.busy, 'p50Millis'),
      millis(row.busy, 'p99Millis'),
      millis(row.alone, 'p50Millis'),
      millis(row.alone, 'p99Millis'),
    ]),
  ]);
}
