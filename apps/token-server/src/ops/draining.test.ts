import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Draining } from './draining.ts';

/** A server whose requests wait until the test answers them. */
async function waitingServer(): Promise<{
  port: number;
  draining: Draining;
  requests: ServerResponse[];
  sockets: Socket[];
}> {
  const server = createServer();
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  const draining = new Draining(server);
  const requests: ServerResponse[] = [];
  server.on('request', (_request, response) => {
    draining.note(response);
    requests.push(response);
    server.emit('arrived');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, draining, requests, sockets };
}

/** A connection that remembers what it was told. */
function open(port: number): { say: (text: string) => void; closed: Promise<string> } {
  const socket = connect(port, '127.0.0.1');
  let told = '';
  socket.on('data', (chunk) => (told += chunk.toString()));
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => {
    socket.on('close', () => {
      resolve(told);
    });
  });
  return { say: (text) => socket.write(text), closed };
}

const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n';

test('answers what is under way, and says that the connection ends', async () => {
  const { port, draining, requests } = await waitingServer();
  const caller = open(port);
  caller.say(`${REQUEST}\r\n`);
  await expect.poll(() => requests.length).toBe(1);
  const drained = draining.drain(10_000);
  expect(draining.begun).toBe(true);
  requests[0]?.end('done');
  const told = await caller.closed;
  expect(told).toMatch(/connection: close/i);
  expect(told).toContain('done');
  await drained;
});

test('closes idle connections and takes no new ones', async () => {
  const { port, draining, sockets } = await waitingServer();
  const idle = open(port);
  await expect.poll(() => sockets.length).toBe(1);
  await draining.drain(10_000);
  expect(await idle.closed).toBe('');
  expect(await open(port).closed).toBe('');
});

test('answers a request that has begun to arrive', async () => {
  const { port, draining, requests, sockets } = await waitingServer();
  const caller = open(port);
  caller.say(REQUEST);
  await expect.poll(() => sockets[0]?.bytesRead).toBe(REQUEST.length);
  const drained = draining.drain(10_000);
  caller.say('\r\n');
  await expect.poll(() => requests.length).toBe(1);
  requests[0]?.end('done');
  expect(await caller.closed).toMatch(/connection: close/i);
  await drained;
});

test('answers a request that has come, and that nobody has read yet', async () => {
  const server = createServer((_request, response) => response.end('done'));
  const draining = new Draining(server);
  const drained = new Promise<void>((resolve) => {
    server.once('connection', (socket) => {
      // Before the loop has turned, and read it.
      setImmediate(() => {
        expect(socket.bytesRead).toBe(0);
        resolve(draining.drain(10_000));
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const caller = open((server.address() as AddressInfo).port);
  caller.say(`${REQUEST}\r\n`);
  expect(await caller.closed).toContain('done');
  await drained;
});

test('cuts off what does not end in time', async () => {
  const { port, draining, requests } = await waitingServer();
  const caller = open(port);
  caller.say(`${REQUEST}\r\n`);
  await expect.poll(() => requests.length).toBe(1);
  await draining.drain(50);
  expect(await caller.closed).toBe('');
});

test('of a server that never listened ends at once', async () => {
  await new Draining(createServer()).drain(10_000);
});
