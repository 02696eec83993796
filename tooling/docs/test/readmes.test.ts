import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageOf, readmes, tablesOf, upToDate } from '../src/readmes.ts';
import { root } from '../src/workspace.ts';

test.each(readmes)('%s has the tables that the code makes', async (readme) => {
  const text = textOf(readme);
  expect(text, `${readme} is out of date: run \`pnpm run docs\``).toBe(await upToDate(readme));
});

const generated = readmes.filter((readme) => textOf(readme).includes('<!-- generated:'));

test.each(generated)('every table of the package of %s stands in a page of it', async (readme) => {
  const pages = readmes.filter((page) => packageOf(page) === packageOf(readme)).map(textOf);
  const names = Object.keys(await tablesOf(readme));
  expect(names.filter((name) => !pages.some((page) => page.includes(`<!-- generated:${name} -->`)))).toEqual(
    [],
  );
});

function textOf(readme: string): string {
  return readFileSync(join(root, readme), 'utf8');
}
