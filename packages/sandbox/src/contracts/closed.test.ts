import { expect, test } from 'vitest';
import { closed } from './closed.ts';
import { object, string } from './schema.ts';

test('closes every shape, at any depth, and no condition', () => {
  const choice = {
    type: 'object',
    properties: { mode: string },
    if: { properties: { mode: { const: 'A' } } },
    then: object({ mode: string, inner: object({ a: string }) }),
  };
  expect(closed(choice)).toEqual({
    ...choice,
    then: {
      type: 'object',
      additionalProperties: false,
      properties: { mode: string, inner: { ...object({ a: string }), additionalProperties: false } },
    },
  });
});

test('leaves free objects, and what says for itself what more it takes', () => {
  const free = { type: 'object' };
  const open = { properties: { a: string }, additionalProperties: string };
  expect(closed({ anyOf: [free, open] })).toEqual({ anyOf: [free, open] });
});
