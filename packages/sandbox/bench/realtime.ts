/**
 * What a session costs: `node bench/realtime.ts [connections]`. For each vendor the part of one core while somebody
 * watches and while it speaks, the time to the first frame, and the memory over so many connections (30 by default),
 * each of which is ended as by its client. The viewer runs in a process of its own.
 */
import { execFile } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createSandbox } from '../src/index.ts';
import { vendors } from '../src/vendor.ts';

const run = promisify(execFile);
const viewer = fileURLToPath(new URL('viewer.ts', import.meta.url));
const connections = Number(process.argv[2] ?? 30);
const WATCH_MS = 6000;

const memory = (): string => {
  globalThis.gc?.();
  const { rss, external } = process.memoryUsage();
  const mb = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MB`;
  return `${mb(rss)} (buffers ${mb(external)})`;
};

for (const vendor of vendors) {
  const sandbox = await createSandbox();
  const watch = async (count: number, ms: number): Promise<string> =>
    (await run(process.execPath, [viewer, sandbox.url, vendor, String(count), String(ms)])).stdout.trim();

  const watching = watch(1, WATCH_MS);
  while (!sandbox.sessions().some(({ state }) => state === 'live')) await wait(20);
  await wait(1000);
  const [before, from] = [process.cpuUsage(), performance.now()];
  const frames = sandbox.sessions()[0]?.framesSent ?? 0;
  await wait(4000);
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - from) / 1000;
  const rate = ((sandbox.sessions()[0]?.framesSent ?? 0) - frames) / seconds;
  const core = ((user + system) / 10_000 / seconds).toFixed(1);
  console.log(`${vendor}: ${core} % of one core, ${rate.toFixed(1)} frames/s, ${memory()}`);
  await watching;

  for (let done = 0; done < connections; done += 10) {
    const told = await watch(Math.min(10, connections - done), 100);
    console.log(`${vendor}: ${done + 10} connections, ${told}, ${memory()}`);
  }
  await sandbox.close();
}
