import { expect, test } from 'vitest';
import { code, fill, table } from './markdown.ts';

test('a table escapes what would end a cell', () => {
  expect(table(['a', 'b'], [[code('x | y'), 'two\nlines']])).toBe(
    ['| a        | b         |', '| -------- | --------- |', '| `x \\| y` | two lines |'].join('\n'),
  );
});

test('sections are filled between their markers, and everything else stays', () => {
  const readme = 'before\n<!-- generated:one -->\n\nold\n\n<!-- /generated:one -->\nafter';
  expect(fill(readme, { one: () => 'new' })).toBe(
    'before\n<!-- generated:one -->\n\nnew\n\n<!-- /generated:one -->\nafter',
  );
});

test('a section that nothing makes is named', () => {
  const readme = '<!-- generated:two -->\n<!-- /generated:two -->';
  expect(() => fill(readme, { one: () => '' })).toThrow('there is no table "two"; there are: one');
});
