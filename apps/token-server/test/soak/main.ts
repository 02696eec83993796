/**
 * `pnpm --filter @org/token-server soak [--seconds 600] [--per-second 20] [--redis redis://…]`: a server under a steady
 * load, and what became of its memory and of every lease. Ends with 1 when a lease or a receipt was lost, or when its
 * memory was still growing at the end of ten minutes or more.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { soak, type MemorySample } from './soak.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    'per-second': { type: 'string', default: '20' },
    redis: { type: 'string' },
  },
});

const result = await soak({
  seconds: Number(values.seconds),
  perSecond: Number(values['per-second']),
  redisUrl: values.redis,
  tell: (line) => {
    process.stderr.write(`${line}\n`);
  },
});
const { memory, receiptsAmiss, ...rest } = result;

/** By what a level memory may differ from the second quarter to the last: what the collector leaves is never the same. */
const LEVEL = 1.1;

/** The first minutes fill caches and pools; in a shorter run they are too large a part of it. */
const SHORTEST_JUDGED_SECONDS = 600;

/** The middle of the samples over a part of the run. */
function level(from: number, to: number): { readonly resident: number; readonly heap: number } {
  const part = memory.slice(Math.floor(memory.length * from), Math.ceil(memory.length * to));
  const middle = (of: (sample: MemorySample) => number): number => {
    const sorted = part.map(of).sort((one, other) => one - other);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  return { resident: middle(({ residentMiB }) => residentMiB), heap: middle(({ heapMiB }) => heapMiB) };
}

const [second, last] = [level(0.25, 0.5), level(0.75, 1)];
console.log({ ...rest, receiptsAmiss: receiptsAmiss.length });
for (const [quarter, { resident, heap }] of Object.entries({ second, last })) {
  console.log(`${quarter} quarter: ${resident.toFixed(1)} MiB resident, ${heap.toFixed(1)} MiB heap`);
}
const grew = Number(values.seconds) >= SHORTEST_JUDGED_SECONDS && last.resident > second.resident * LEVEL;
if (grew) console.log('The memory grew until the end.');
if (grew || rest.leased > 0 || rest.running > 0 || receiptsAmiss.length > 0) process.exitCode = 1;
