import { expect, test } from 'vitest';
import { ConfigError } from './config-error.ts';
import { HELP, readFlags } from './flags.ts';

test.each([
  [[], { kind: 'start', overrides: {} }],
  [['--dev', '--port', '0'], { kind: 'start', overrides: { DEV: '1', PORT: '0' } }],
  [['--presets=p.yaml'], { kind: 'start', overrides: { PRESETS_FILE: 'p.yaml' } }],
  [['--help', '--dev'], { kind: 'help' }],
  [['--version'], { kind: 'version' }],
])('%j', (args, command) => {
  expect(readFlags(args)).toEqual(command);
});

test.each([
  [['--prot', '1'], "Unknown option '--prot'. Try token-server --help."],
  [['--port'], /^Option '--port <value>' argument missing\./],
  [['--port', '--dev'], /^Option '--port' argument is ambiguous\./],
  [['sk-a-pasted-key'], /^It takes one word, check, and only as the first; .* Try token-server --help\.$/],
  [['chek'], /^It takes one word, check,/],
  [['--dev', '1'], /^It takes one word, check,/],
])('%j is refused', (args, message) => {
  expect(() => readFlags(args)).toThrow(ConfigError);
  expect(() => readFlags(args)).toThrow(message);
});

test('the help names every flag, and no value that it does not take', () => {
  expect(HELP).not.toContain('1 or 0');
  for (const flag of ['--dev', '--port <number>', '--presets <file>', '--help', '--version']) {
    expect(HELP).toContain(`  ${flag} `);
  }
});
