import { describe, expect, test } from 'vitest';
import { readEnvironment, VARIABLES } from './environment.ts';

describe('an environment', () => {
  test('that says nothing gives the defaults', () => {
    expect(readEnvironment({})).toEqual({
      port: 8787,
      host: '127.0.0.1',
      dev: false,
      presetsFile: './presets.yaml',
      logLevel: 'info',
      accounts: {},
    });
  });

  test('with blank variables is as if they were not there', () => {
    const blanks = Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, ' ']));
    expect(readEnvironment(blanks)).toEqual(readEnvironment({}));
  });

  test('names any subset of vendors, and keeps their keys secret', () => {
    const read = readEnvironment({ ANAM_API_KEY: 'the-key', ANAM_BASE_URL: 'http://127.0.0.1:4010/anam' });
    if ('problems' in read) throw new Error(read.problems.join());
    expect(Object.keys(read.accounts)).toEqual(['anam']);
    expect(read.accounts.anam?.apiKey.reveal()).toBe('the-key');
    expect(read.accounts.anam?.baseUrl).toBe('http://127.0.0.1:4010/anam');
    expect(JSON.stringify(read)).not.toContain('the-key');
  });

  test.each([
    ['1', true],
    ['true', true],
    ['0', false],
    ['false', false],
  ])('with DEV=%s', (DEV, dev) => {
    expect(readEnvironment({ DEV })).toMatchObject({ dev });
  });

  test.each([
    ['PORT', 'eighty', 'PORT (--port) must be a whole number from 0 to 65535.'],
    ['PORT', '65536', 'PORT (--port) must be a whole number from 0 to 65535.'],
    ['PORT', '-1', 'PORT (--port) must be a whole number from 0 to 65535.'],
    ['PORT', '0x50', 'PORT (--port) must be a whole number from 0 to 65535.'],
    ['DEV', 'yes', 'DEV (--dev) must be 1 or 0.'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent.'],
    ['SIMLI_BASE_URL', 'api.simli.ai', 'SIMLI_BASE_URL must be a URL, such as https://api.example.com.'],
    ['ANAM_BASE_URL', 'file:///etc', 'ANAM_BASE_URL must be a URL, such as https://api.example.com.'],
  ])('with %s=%s is refused', (name, value, problem) => {
    expect(readEnvironment({ [name]: value })).toEqual({ problems: [problem] });
  });

  test('names everything that is wrong at once', () => {
    expect(readEnvironment({ PORT: 'x', DEV: 'x' })).toMatchObject({ problems: { length: 2 } });
  });
});
