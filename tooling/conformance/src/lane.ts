/** One contender in a process of its own: goes through the drills it is told of, and reports each cell. */
import { contenders } from './contenders/index.ts';
import type { Cell } from './drill.ts';
import { drills } from './drills/index.ts';

/** What the lane says: that a drill begins, or what came of it. */
export interface Report {
  readonly drill: string;
  readonly cell?: Cell;
}

const [name, atOnce, ...left] = process.argv.slice(2);
const contender = contenders.find((one) => one.name === name);
if (contender === undefined) throw new Error(`no contender ${String(name)}`);

function tell(report: Report): void {
  process.send?.(report);
}

async function work(): Promise<void> {
  for (let next = left.shift(); next !== undefined; next = left.shift()) {
    const drill = drills.find((one) => one.name === next);
    if (contender === undefined || drill === undefined) throw new Error(`no drill ${next}`);
    tell({ drill: next });
    tell({ drill: next, cell: await drill.run(contender) });
  }
}

process.once('disconnect', () => process.exit());
await Promise.all(Array.from({ length: Number(atOnce) }, work));
// What a client left behind, such as a sleep of ten minutes, is not waited for.
process.disconnect();
