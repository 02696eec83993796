/** One contender in a process of its own: does what it is told over the channel, and says what it cost. */
import { contenders } from './contenders.ts';

/** So many calls, so many at once. */
export interface Task {
  readonly calls: number;
  readonly concurrency: number;
}

/** What they cost. */
export interface Cost {
  /** Microseconds of processor time a call, all threads. */
  readonly cpuMicros: number;
  readonly callsPerSecond: number;
  readonly p50Millis: number;
  readonly p99Millis: number;
  /** Resident memory afterwards, in bytes. */
  readonly residentBytes: number;
}

/** What stays after the rubbish is gone; without a collection it would be chance what is still lying about. */
function residentBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

const [name, url] = process.argv.slice(2);
const contender = contenders.find((one) => one.name === name);
if (contender === undefined || url === undefined) throw new Error(`no contender ${String(name)}`);
const call = await contender.make(url);

async function perform({ calls, concurrency }: Task): Promise<Cost> {
  const latencies = new Float64Array(calls);
  let begun = 0;
  const worker = async (): Promise<void> => {
    while (begun < calls) {
      const at = begun++;
      const from = performance.now();
      await call();
      latencies[at] = performance.now() - from;
    }
  };
  const cpu = process.cpuUsage();
  const from = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - from) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  latencies.sort();
  return {
    cpuMicros: (user + system) / calls,
    callsPerSecond: calls / seconds,
    p50Millis: latencies[Math.floor(calls * 0.5)] ?? 0,
    p99Millis: latencies[Math.floor(calls * 0.99)] ?? 0,
    residentBytes: residentBytes(),
  };
}

process.on('message', (task: Task) => {
  void perform(task).then((cost) => process.send?.(cost));
});
process.once('disconnect', () => process.exit());
process.send?.('ready');
