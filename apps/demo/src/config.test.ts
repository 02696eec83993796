/// <reference types="vite/client" />
import { readFile } from 'node:fs/promises';
import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

test('the README’s own command leads the page to this machine and to nobody else', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  for (const [, name = '', value] of readme.matchAll(/\b(VITE_\w+)=(\S+)/g)) vi.stubEnv(name, value);
  vi.stubGlobal('location', new URL('http://127.0.0.1:5173'));
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(null, { status: 404 })));
  const { loadConfig } = await import('./config.ts');
  expect(await loadConfig()).toEqual({
    tokenServer: 'http://127.0.0.1:8787',
    vendors: {
      simli: 'ws://127.0.0.1:4010/simli',
      anam: 'http://127.0.0.1:4010/anam',
      liveavatar: 'http://127.0.0.1:4010/liveavatar',
    },
  });
});
