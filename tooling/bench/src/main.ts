/**
 * `pnpm bench`: measures the clients beside what users would pick instead, prints the tables, and writes them to
 * RESULTS.md, which the READMEs point to. Everything runs on this machine.
 */
import { writeFile } from 'node:fs/promises';
import { machine } from '@org/presets/machine';
import { measureBundles } from './bundles.ts';
import { measureCalls } from './calls.ts';
import { measureImports } from './imports.ts';
import { measureMemory } from './memory.ts';

const tell = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const results = `# Measured

By \`pnpm bench\` on ${new Date().toISOString().slice(0, 10)}: ${machine}. One server process on the same machine, the
contenders in turns, each in a process of its own; medians over rounds, ratios made round by round. Read the
ratios: the microseconds are this machine's.

## Calls

${await measureCalls(tell)}

## Memory

With V8's nursery held at 8 MiB (\`--max-semi-space-size=8\`), so that what grows is what is kept.

${await measureMemory(tell)}

## Imports

${await measureImports(tell)}

## Bundles for an edge runtime

${await measureBundles(tell)}
`;

await writeFile(new URL('../RESULTS.md', import.meta.url), results);
process.stdout.write(results);
