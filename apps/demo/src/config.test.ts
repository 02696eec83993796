/// <reference types="vite/client" />
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { PageConfig } from './config.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

/** What a page is set up to that finds this file beside it, at this address. */
async function configOf({ file, query = '' }: { file?: object; query?: string }): Promise<PageConfig> {
  vi.stubGlobal('location', new URL(`http://127.0.0.1:5173/${query}`));
  const answer = file === undefined ? new Response(null, { status: 404 }) : Response.json(file);
  vi.stubGlobal('fetch', () => Promise.resolve(answer));
  const { loadConfig } = await import('./config.ts');
  return loadConfig();
}

test('the README’s own command leads the page to this machine and to nobody else', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  for (const [, name = '', value] of readme.matchAll(/\b(VITE_\w+)=(\S+)/g)) vi.stubEnv(name, value);
  expect(await configOf({})).toEqual({
    tokenServer: 'http://127.0.0.1:8787',
    vendors: {
      simli: 'ws://127.0.0.1:4010/simli',
      anam: 'http://127.0.0.1:4010/anam',
      liveavatar: 'http://127.0.0.1:4010/liveavatar',
    },
  });
});

describe('what is no address is named, and nothing else is used in its place:', () => {
  test.each([
    [
      '?server=',
      { query: '?server=localhost:8787', file: { tokenServer: 'http://127.0.0.1:8787' } },
      'http://',
    ],
    ['tokenServer of config.json', { file: { tokenServer: '127.0.0.1:8787' } }, 'http://'],
    ['tokenServer of config.json', { file: { tokenServer: 8787 } }, 'http://'],
    [
      'vendors.simli of config.json',
      { file: { vendors: { simli: 'http://127.0.0.1:4010/simli' } } },
      'ws://',
    ],
    ['vendors.anam of config.json', { file: { vendors: { anam: 'javascript:alert(1)' } } }, 'http://'],
  ])('%s of %j', async (setting, given, begins) => {
    await expect(configOf(given)).rejects.toMatchObject({
      code: 'bad_config',
      message: `This page is set up wrongly: ${setting} is no address.`,
      hint: expect.stringContaining(begins) as string,
    });
  });

  test('a variable of the build', async () => {
    vi.stubEnv('VITE_TOKEN_SERVER', 'tokens.example.com');
    await expect(configOf({})).rejects.toThrow('VITE_TOKEN_SERVER is no address');
  });
});
