/**
 * `pnpm run docs` writes the generated sections of the READMEs; with `--check` it only says which are out of date.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readmes, upToDate } from './readmes.ts';
import { root } from './workspace.ts';

const check = process.argv.includes('--check');
for (const readme of readmes) {
  const wanted = await upToDate(readme);
  if (wanted === readFileSync(join(root, readme), 'utf8')) continue;
  if (!check) writeFileSync(join(root, readme), wanted);
  console.log(check ? `${readme} is out of date: run \`pnpm run docs\`` : `${readme} written`);
  if (check) process.exitCode = 1;
}
