import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { simliClient, type Client } from '../../../test/clients.ts';
import { manualClock } from '../../../test/manual-clock.ts';
import { send } from '../../../test/call.ts';
import { mint, socketUrl } from '../../../test/tokens.ts';
import { RoomRegistry } from '../../livekit/room-registry.ts';
import { createSandbox, type Sandbox } from '../../index.ts';

let sandbox: Sandbox;
const clients: Client[] = [];
beforeEach(async () => {
  sandbox = await createSandbox({ clock: manualClock() });
});
afterEach(async () => {
  for (const one of clients.splice(0)) one.close();
  await sandbox.close();
});

async function open(body?: object, token?: string): Promise<Client> {
  const one = simliClient(socketUrl(sandbox.simli.baseUrl), token ?? (await mint.simli(sandbox, body)));
  clients.push(one);
  return one;
}

const WAIT = { timeout: 8000, interval: 20 };
const sees = (one: Client, count: number = 5): Promise<void> =>
  vi.waitFor(() => {
    expect(one.viewer.frames.length).toBeGreaterThan(count);
  }, WAIT);
const isTold = (one: Pick<Client, 'told'>, what: string): Promise<void> =>
  vi.waitFor(() => {
    expect(one.told).toContainEqual(expect.stringContaining(what));
  }, WAIT);
const loud = Buffer.from(new Int16Array(16_000).map((_, i) => 12_000 * Math.sin(i / 8)).buffer);

test('shows a face whose mouth follows the audio that it is sent', async () => {
  const one = await open();
  await sees(one);
  const { frames } = one.viewer;
  expect([...frames].sort((a, b) => a - b)).toEqual(frames);
  expect(one.told.slice(0, 2)).toEqual(['destination,session_id', 'type,sdp']);
  const closed = one.viewer.open;
  one.socket.send(loud);
  await isTold(one, 'SPEAK');
  await vi.waitFor(() => {
    expect(one.viewer.open).toBeGreaterThan(closed + 0.05);
    expect(one.viewer.loudest).toBeGreaterThan(3000);
  }, WAIT);
  one.socket.send('SKIP');
  await isTold(one, 'SILENT');
  one.socket.send(Buffer.concat([Buffer.from('PLAY_IMMEDIATE'), loud.subarray(0, 3200)]));
  await vi.waitFor(() => {
    expect(one.told.filter((word) => word === 'SILENT')).toHaveLength(2);
  }, WAIT);
  expect(one.told.filter((word) => word === 'ACK')).toHaveLength(2);
});

test('a token is good for one session, and DONE ends it', async () => {
  const token = await mint.simli(sandbox);
  const one = await open({}, token);
  await sees(one);
  one.socket.send('DONE');
  await one.closed;
  expect(sandbox.sessions()).toEqual([]);
  expect(sandbox.simli.sessions()).toMatchObject([{ endedAt: sandbox.clock.now() }]);
  const again = await open({}, token);
  await again.closed;
  expect(again.told).toEqual(['ERROR: INVALID_SESSION_TOKEN']);
});

test('a WebSocket that is asked for wrongly uses no token up', async () => {
  const token = await mint.simli(sandbox);
  const url = `${sandbox.simli.baseUrl}/compose/webrtc/p2p?session_token=${token}`;
  const asked = get(url, { headers: { connection: 'upgrade', upgrade: 'websocket' } });
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  expect(answer.statusCode).toBe(400);
  expect(sandbox.simli.sessions()).toEqual([]);
  await sees(await open({}, token));
});

test('the idle time ends a session, audio puts it off, the maximal length does not wait', async () => {
  const one = await open({ maxIdleTime: 10, maxSessionLength: 25 });
  await sees(one);
  await sandbox.clock.advance(9000);
  one.socket.send(loud.subarray(0, 320));
  await isTold(one, 'ACK');
  await sandbox.clock.advance(9000);
  expect(sandbox.sessions()).toHaveLength(1);
  one.socket.send(loud.subarray(0, 320));
  await vi.waitFor(() => {
    expect(one.told.filter((word) => word === 'ACK')).toHaveLength(2);
  }, WAIT);
  await sandbox.clock.advance(7000);
  await one.closed;
  expect(one.told.at(-1)).toBe('STOP');
  expect(sandbox.sessions()).toEqual([]);
});

test('a lost WebSocket keeps the picture for ten seconds', async () => {
  const one = await open();
  await sees(one);
  one.socket.terminate();
  await vi.waitFor(() => {
    expect(sandbox.sessions()).toMatchObject([{ state: 'away' }]);
  }, WAIT);
  const before = one.viewer.frames.length;
  await sees(one, before + 5);
  await sandbox.clock.advance(10_000);
  expect(sandbox.sessions()).toEqual([]);
});

test('who never offers has thirty seconds', async () => {
  const path = `/compose/webrtc/p2p?session_token=${await mint.simli(sandbox)}`;
  const socket = new WebSocket(`${socketUrl(sandbox.simli.baseUrl)}${path}`);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await vi.waitFor(() => {
    expect(sandbox.sessions()).toMatchObject([{ state: 'connecting' }]);
  }, WAIT);
  await sandbox.clock.advance(29_000);
  expect(sandbox.sessions()).toHaveLength(1);
  await sandbox.clock.advance(1000);
  expect(sandbox.sessions()).toEqual([]);
  await closed;
});

test('LiveKit: the room is given up with the session', async () => {
  const path = `/compose/webrtc/livekit?session_token=${await mint.simli(sandbox)}`;
  const socket = new WebSocket(`${socketUrl(sandbox.simli.baseUrl)}${path}`);
  const told: string[] = [];
  socket.on('message', (data: Buffer) => told.push(data.toString()));
  await isTold({ told }, 'livekit_token');
  const info = told.find((text) => text.includes('livekit_token')) ?? '{}';
  const { livekit_url = '', livekit_token = '' } = JSON.parse(info) as Record<string, string>;
  const validate = (): Promise<{ status: number }> =>
    send(`${livekit_url.replace('ws', 'http')}/rtc/validate?access_token=${livekit_token}`);
  expect(await validate()).toMatchObject({ status: 200 });
  const dismiss = vi.spyOn(RoomRegistry.prototype, 'dismiss');
  socket.send('DONE');
  await vi.waitFor(() => {
    expect(dismiss.mock.calls).toEqual([[livekit_token]]);
  }, WAIT);
  dismiss.mockRestore();
  expect(await validate()).toMatchObject({ status: 401 });
});

test('takes no other path, and masks the token in the journal', async () => {
  const socket = new WebSocket(
    `${socketUrl(sandbox.simli.baseUrl)}/compose/webrtc/other?session_token=secret-token`,
  );
  await new Promise((resolve) => socket.on('error', resolve));
  expect(sandbox.journal().at(-1)).toMatchObject({
    status: 404,
    notes: ['WebSocket'],
    query: { session_token: '***' },
  });
});
