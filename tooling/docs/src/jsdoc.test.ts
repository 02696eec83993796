import { expect, test } from 'vitest';
import { splitDefault } from './jsdoc.ts';

test.each([
  ['One attempt, in milliseconds. Default 10 000.', 'One attempt, in milliseconds.', '10 000'],
  ['Default: the vendor’s. May carry a path.', 'May carry a path.', 'the vendor’s'],
  ['The least severe level. Default `warn`. Never a key.', 'The least severe level. Never a key.', '`warn`'],
  ['Cancels the call.', 'Cancels the call.', ''],
])('%s', (text, meaning, fallback) => {
  expect(splitDefault(text)).toEqual({ meaning, default: fallback });
});
