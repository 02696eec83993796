import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readmes, upToDate } from '../src/readmes.ts';
import { root } from '../src/workspace.ts';

test.each(readmes)('%s has the tables that the code makes', async (readme) => {
  const text = readFileSync(join(root, readme), 'utf8');
  expect(text, `${readme} is out of date: run \`pnpm run docs\``).toBe(await upToDate(readme));
});
