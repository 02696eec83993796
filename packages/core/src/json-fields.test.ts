import { describe, expect, it } from 'vitest';
import { fieldsOf, textOf } from './json-fields.ts';

describe('fieldsOf', () => {
  it('gives an object as it is', () => {
    expect(fieldsOf({ code: 'X' })['code']).toBe('X');
  });

  it.each([undefined, null, 'text', 42, true])('gives nothing to read in %o', (value) => {
    expect(fieldsOf(value)).toEqual({});
  });
});

describe('textOf', () => {
  it('gives a string that says something', () => {
    expect(textOf('INVALID')).toBe('INVALID');
  });

  it.each(['', undefined, null, 42, {}, ['x']])('gives nothing for %o', (value) => {
    expect(textOf(value)).toBeUndefined();
  });
});
