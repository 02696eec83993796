import { expect, test } from 'vitest';
import { withSandbox } from './snippets.ts';

test.each([
  ['new Simli()', "new Simli({ baseUrl: process.env['SIMLI_BASE_URL'] })"],
  ['new Anam({ hooks })', "new Anam({ baseUrl: process.env['ANAM_BASE_URL'],  hooks })"],
  ['new Parrot()', 'new Parrot()'],
])('%s is run as %s', (written, run) => {
  expect(withSandbox(written)).toBe(run);
});

test('a client whose options cannot be seen is refused, for it would call the vendor', () => {
  expect(() => withSandbox('new LiveAvatar(options)')).toThrow('write the options of new LiveAvatar(o');
});
