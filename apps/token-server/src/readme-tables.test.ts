import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tables } from './readme-tables.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

test.each(Object.entries(tables))('the README holds the table of %s as the code has it', (name, table) => {
  expect(readme).toContain(`<!-- generated:${name} -->\n\n${table()}\n\n<!-- /generated:${name} -->`);
});
