import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { mint, TOKEN } from '../../test/acme.ts';
import { callerFrom } from '../../test/calling.ts';
import { deadOrigin, json, serve, serveSockets } from '../../test/local-server.ts';
import { createCaller as createFetchCaller } from '../index.ts';
import { createCaller } from '../index.node.ts';

test('the first call uses the connection that was opened ahead of it', async () => {
  let connections = 0;
  const answer = JSON.stringify(TOKEN);
  const server = await serveSockets((socket) => {
    connections++;
    socket.on('data', () => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${answer.length}\r\n\r\n${answer}`);
    });
  });
  const caller = callerFrom(createCaller)(server.origin);
  expect(await caller.warmUp()).toBe(true);
  expect(await caller.warmUp()).toBe(true);
  await vi.waitFor(() => {
    expect(connections).toBe(1);
  });
  expect(await caller.call(mint, { face: 'f' })).toEqual(TOKEN);
  expect(connections).toBe(1);
});

test('nothing is sent ahead of the first call', async () => {
  const seen: Buffer[] = [];
  const server = await serveSockets((socket) => {
    socket.on('data', (chunk: Buffer) => seen.push(chunk));
  });
  await callerFrom(createCaller)(server.origin).warmUp();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(seen).toEqual([]);
});

test('a connection that the other side has closed meanwhile is not used', async () => {
  const server = await serve(json(TOKEN));
  const caller = callerFrom(createCaller)(server.origin);
  expect(await caller.warmUp()).toBe(true);
  server.dropConnections();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await caller.call(mint, { face: 'f' }, { maxAttempts: 1 })).toEqual(TOKEN);
});

test('an IPv6 address is warmed up as well', async ({ skip }) => {
  let connections = 0;
  const server = createServer(() => connections++);
  server.listen(0, '::1');
  const [failed] = (await Promise.race([once(server, 'listening'), once(server, 'error')])) as unknown[];
  if (failed !== undefined) skip('this machine has no ::1');
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const caller = callerFrom(createCaller)(`http://[::1]:${port}`);
  expect(await caller.warmUp()).toBe(true);
  await vi.waitFor(() => {
    expect(connections).toBe(1);
  });
});

test('a warm-up that fails is no error: the first call says what is wrong', async () => {
  expect(await callerFrom(createCaller)(await deadOrigin()).warmUp()).toBe(false);
});

test('fetch has no such thing', async () => {
  const server = await serve(json(TOKEN));
  expect(await callerFrom(createFetchCaller)(server.origin).warmUp()).toBe(false);
  expect(server.received).toEqual([]);
});

test('a client that was closed opens nothing, and leaves nothing open', async () => {
  let open = 0;
  const server = await serveSockets((socket) => {
    open++;
    socket.on('close', () => open--).resume();
  });
  const caller = callerFrom(createCaller)(server.origin);
  await caller.warmUp();
  await caller.close();
  await vi.waitFor(() => {
    expect(open).toBe(0);
  });
  expect(await caller.warmUp()).toBe(false);
});
