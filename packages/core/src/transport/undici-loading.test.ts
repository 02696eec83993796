import type * as undici from 'undici';
import { expect, test, vi } from 'vitest';
import { mint, TOKEN } from '../../test/acme.ts';
import { callerFrom, failureOf } from '../../test/calling.ts';
import { json, serve, serveSockets } from '../../test/local-server.ts';
import { createCaller } from '../index.node.ts';

const INPUT = { face: 'a-face' };
const caller = callerFrom(createCaller);

const loading = vi.hoisted(() => ({ fails: false }));
vi.mock('undici', async (importOriginal) => {
  const original = await importOriginal<typeof undici>();
  return {
    ...original,
    get buildConnector() {
      if (loading.fails) throw new Error('EMFILE: too many open files');
      return original.buildConnector;
    },
  };
});

test('what kept undici from being loaded may pass: the next call tries again', async () => {
  loading.fails = true;
  const server = await serve(json(TOKEN));
  const client = caller(server.origin);
  expect(await client.warmUp()).toBe(false);
  expect(await failureOf(client.call(mint, INPUT, { maxAttempts: 1 }))).toMatchObject({ code: 'connection' });
  loading.fails = false;
  expect(await client.call(mint, INPUT)).toEqual(TOKEN);
});

test('a client that never got to load it is closed all the same', async () => {
  loading.fails = true;
  const client = caller('http://127.0.0.1:9');
  const call = failureOf(client.call(mint, INPUT, { maxAttempts: 1 }));
  await client.close();
  expect(await call).toMatchObject({ code: 'connection' });
  loading.fails = false;
});

test('closing does not wait for a connection that nobody wants any more', { timeout: 4_000 }, async () => {
  let connections = 0;
  // Takes connections, and says nothing of TLS.
  const server = await serveSockets(() => connections++);
  const client = caller(server.origin.replace('http:', 'https:'));
  const controller = new AbortController();
  const call = failureOf(client.call(mint, INPUT, { signal: controller.signal }));
  await expect.poll(() => connections).toBe(1);
  controller.abort();
  expect((await call).code).toBe('aborted');
  await client.close();
});
