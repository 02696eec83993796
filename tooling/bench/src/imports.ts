import { markdownTable } from 'markdown-table';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { median } from './median.ts';

const run = promisify(execFile);
const ROUNDS = 15;
const BARE = 'zod/mini';
const MODULES = [
  BARE,
  'undici',
  '@org/simli',
  '@org/anam',
  '@org/liveavatar',
  'openai',
  'stripe',
  'simli-client/dist/client.js',
];

/** Measured inside a fresh process: its own start is not the module's cost. */
const script = (name: string): string => `
  const from = process.hrtime.bigint();
  const rss = process.memoryUsage.rss();
  await import(${JSON.stringify(name)});
  const millis = Number(process.hrtime.bigint() - from) / 1e6;
  console.log(JSON.stringify({ millis, bytes: process.memoryUsage.rss() - rss }));
`;

interface Sample {
  readonly millis: number;
  readonly bytes: number;
}

/** What importing costs, in a process that has done nothing yet. */
export async function measureImports(tell: (line: string) => void): Promise<string> {
  const samples = new Map<string, Sample[]>(MODULES.map((name) => [name, []]));
  for (let round = 1; round <= ROUNDS; round++) {
    tell(`imports: round ${round} of ${ROUNDS}`);
    for (const name of MODULES) {
      const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script(name)], {
        cwd: import.meta.dirname,
      });
      samples.get(name)?.push(JSON.parse(stdout) as Sample);
    }
  }
  const millisOf = (name: string): number => median((samples.get(name) ?? []).map(({ millis }) => millis));
  return markdownTable([
    ['module', 'import, ms', `over ${BARE}, ms`, 'memory, MiB'],
    ...MODULES.map((name) => [
      name,
      millisOf(name).toFixed(1),
      (millisOf(name) - millisOf(BARE)).toFixed(1),
      (median((samples.get(name) ?? []).map(({ bytes }) => bytes)) / 2 ** 20).toFixed(1),
    ]),
  ]);
}
