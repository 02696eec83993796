import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tables } from './readme-tables.ts';

const pages = ['../README.md', '../docs/operations.md'].map((page) =>
  readFileSync(new URL(page, import.meta.url), 'utf8'),
);

test.each(Object.entries(tables))('every table of %s is as the code has it', (name, table) => {
  const written = pages.filter((page) => page.includes(`<!-- generated:${name} -->`));
  expect(written).not.toEqual([]);
  for (const page of written) {
    expect(page).toContain(`<!-- generated:${name} -->\n\n${table()}\n\n<!-- /generated:${name} -->`);
  }
});
