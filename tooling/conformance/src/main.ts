/**
 * `pnpm conformance`: puts published clients and ours before the same faults, prints the scoreboard, and writes it to
 * RESULTS.md. Everything runs on this machine. Fails if ours has a weak cell.
 */
import { writeFile } from 'node:fs/promises';
import { machine } from '@org/presets/machine';
import { versionOf } from '@org/presets/version-of';
import { format, resolveConfig } from 'prettier';
import { runContender } from './child.ts';
import { contenders, ours } from './contenders/index.ts';
import { drills } from './drills/index.ts';
import { cast, scoreboard, weakCells, type Score } from './scoreboard.ts';

// Most of a drill is waiting, so that lanes hardly disturb each other.
const LANES = 4;

const scores: Score[] = [];
const queue = [...contenders];

async function lane(): Promise<void> {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const from = performance.now();
    scores.push({ contender: next, row: await runContender(next.name, drills, 1) });
    process.stderr.write(`${next.name}: ${Math.round((performance.now() - from) / 1_000)} s\n`);
  }
}

await Promise.all(Array.from({ length: LANES }, lane));
scores.sort((a, b) => contenders.indexOf(a.contender) - contenders.indexOf(b.contender));

const page = `# Conformance

By \`pnpm conformance\` on ${new Date().toISOString().slice(0, 10)}: ${machine}. Each client with its defaults, in a
process of its own under \`--unhandled-rejections=strict\` (a rejection that nobody handles ends it), a new client
and a new server on this machine for each drill. ✗ marks what is weak by the rule below its table, whoever's it is.
axios repeats nothing; ky, got, ofetch and RetryAgent do, but by default not a POST.

${cast(scores, (name) => versionOf(name, new URL('../', import.meta.url)))}

${scoreboard(scores)}
`;

const config = await resolveConfig(import.meta.filename);
const results = await format(page, { ...config, parser: 'markdown' });
await writeFile(new URL('../RESULTS.md', import.meta.url), results);
process.stdout.write(results);

for (const { contender, row } of scores.filter((score) => ours.includes(score.contender))) {
  for (const drill of weakCells(row)) {
    process.stderr.write(`weak: ${contender.name}, ${drill}\n`);
    process.exitCode = 1;
  }
}
