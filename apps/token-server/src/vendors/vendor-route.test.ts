import { isAvatarError, Secret } from '@org/core';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { askRoute } from './vendor-route.ts';

test('no answer is an error as a client’s: of the connection, or of the time', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const account = { apiKey: new Secret('the-key'), baseUrl: `http://127.0.0.1:${port}` };
  const code = async (): Promise<unknown> => {
    const error: unknown = await askRoute('anam', account, '/', { withinMs: 50 }).catch((e: unknown) => e);
    return isAvatarError(error) ? error.code : error;
  };
  expect(await code()).toBe('timeout');
  server.close();
  expect(await code()).toBe('connection');
});
