import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

const [, section = ''] = /^## What it promises$([^]*?)(?=^## |(?![^]))/m.exec(read('README.md')) ?? [];
const rows = section.split('\n').filter((line) => /^\| \d+\. /.test(line));
const links = rows.flatMap((row) => {
  const [, promise = ''] = /^\| (\d+)\. /.exec(row) ?? [];
  return [...row.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)].map(
    ([, name = '', file = '']) => [promise, name, file] as const,
  );
});

test('each of the six promises is held by tests', () => {
  expect(rows).toHaveLength(6);
  expect([...new Set(links.map(([promise]) => promise))]).toEqual(['1', '2', '3', '4', '5', '6']);
});

test.each(links)('promise %s is held by "%s" in %s', (_promise, name, file) => {
  const titles = [...read(file).matchAll(/'((?:[^'\\\n]|\\.)*)'\s*,\s*(?:async\s*)?\(/g)].map(
    ([, title]) => title,
  );
  expect(titles).toContain(name);
});
