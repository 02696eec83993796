/**
 * `pnpm --filter @org/token-server soak [--seconds 600] [--per-second 20] [--redis redis://…]`: a server under a steady
 * load, and what became of its memory and of every lease. Ends with 1 when a lease or a receipt was lost.
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

/** The level over a part of the run: the middle of its samples. */
function level(from: number, to: number): string {
  const part = memory.slice(Math.floor(memory.length * from), Math.ceil(memory.length * to));
  const middle = (of: (sample: MemorySample) => number): string => {
    const sorted = part.map(of).sort((one, other) => one - other);
    return (sorted[Math.floor(sorted.length / 2)] ?? Number.NaN).toFixed(1);
  };
  return `${middle(({ residentMiB }) => residentMiB)} MiB resident, ${middle(({ heapMiB }) => heapMiB)} MiB heap`;
}

console.log({ ...rest, receiptsAmiss: receiptsAmiss.length });
console.log(`second quarter: ${level(0.25, 0.5)}`);
console.log(`last quarter:   ${level(0.75, 1)}`);
if (rest.leased > 0 || rest.running > 0 || receiptsAmiss.length > 0) process.exitCode = 1;
