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
  [['sk-a-pasted-key'], 'It takes options only, each with its name. Try token-server --help.'],
])('%j is refused', (args, message) => {
  expect(() => readFlags(args)).toThrow(ConfigError);
  expect(() => readFlags(args)).toThrow(message);
});

test('the help names every flag', () => {
  for (const flag of ['--dev', '--port <number>', '--presets <file>', '--help', '--version']) {
    expect(HELP).toContain(`  ${flag} `);
  }
});
