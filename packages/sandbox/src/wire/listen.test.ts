import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { call, dataOf } from '../../test/call.ts';
import {
  anamClient,
  livekitClient,
  simliClient,
  type AnamClient,
  type Client,
  type LiveKitClient,
} from '../../test/clients.ts';
import { mint, socketUrl } from '../../test/tokens.ts';
import { createSandbox, type Sandbox } from '../index.ts';

let sandbox: Sandbox;
const clients: { close(): void }[] = [];
beforeEach(async () => {
  sandbox = await createSandbox();
});
afterEach(async () => {
  for (const one of clients.splice(0)) one.close();
  await sandbox.close();
});

const WAIT = { timeout: 8000, interval: 20 };

/** What the journal says of messages that nobody could understand. */
const misheard = (): string[] =>
  sandbox.journal().flatMap(({ path, notes }) => {
    const note = notes.find((one) => one.startsWith('malformed message: '));
    return note === undefined ? [] : [`${path} ${note.replace('malformed message: ', '')}`];
  });
const isNoted = (what: string): Promise<void> =>
  vi.waitFor(() => {
    expect(misheard()).toContainEqual(expect.stringContaining(what));
  }, WAIT);
const isTold = (one: { readonly told: readonly string[] }, what: string): Promise<void> =>
  vi.waitFor(() => {
    expect(one.told).toContainEqual(expect.stringContaining(what));
  }, WAIT);
const sees = (one: Client): Promise<void> =>
  vi.waitFor(() => {
    expect(one.viewer.frames.length).toBeGreaterThan(1);
  }, WAIT);

async function simli(): Promise<Client> {
  const one = simliClient(socketUrl(sandbox.simli.baseUrl), await mint.simli(sandbox));
  clients.push(one);
  await isTold(one, 'destination');
  return one;
}

async function anam(): Promise<AnamClient> {
  const headers = { authorization: `Bearer ${await mint.anam(sandbox)}` };
  const { json } = await call(sandbox, 'anam', 'engine.startSession', { headers });
  const { sessionId } = json as { sessionId: string };
  const one = anamClient(`${socketUrl(sandbox.anam.baseUrl)}/v1/engine/ws`, sessionId);
  clients.push(one);
  await isTold(one, 'sessionready');
  return one;
}

async function started(mode: 'FULL' | 'LITE'): Promise<Record<string, string>> {
  const headers = { authorization: `Bearer ${await mint.liveavatar(sandbox, { mode })}` };
  return dataOf(await call(sandbox, 'liveavatar', 'sessions.start', { headers }));
}

async function room(): Promise<LiveKitClient> {
  const { livekit_url = '', livekit_client_token = '' } = await started('FULL');
  const one = livekitClient(livekit_url, livekit_client_token);
  clients.push(one);
  await sees(one);
  return one;
}

async function opened(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url);
  clients.push({
    close: () => {
      socket.terminate();
    },
  });
  await new Promise((resolve) => socket.once('open', resolve));
  return socket;
}

test('Simli: notes what is neither a word nor an offer, and refuses a wrong offer in its own words', async () => {
  const one = await simli();
  one.socket.send('hello');
  await isNoted('/compose/webrtc/p2p must be an object as JSON');
  one.socket.send(JSON.stringify({ type: 'offer', sdp: 5 }));
  await isNoted('sdp: must be a text');
  await isTold(one, 'ERROR: INVALID_OFFER');
  await sees(one);
});

test('Anam: warns of what it cannot take, on the WebSocket and on the data channel', async () => {
  const one = await anam();
  one.socket.send('hello');
  await isTold(one, 'warning Could not take a message: must be an object as JSON');
  one.send('offer', null);
  await isNoted('/v1/engine/ws payload: must be an object');
  one.send('icecandidate', { candidate: 5 });
  await isNoted('candidate: must be a text');
  one.send('talkstream', { content: { a: 1 } });
  await isNoted('content: must be a text');
  one.send('talkstream', { content: 'a', endOfSpeech: 'yes' });
  await isNoted('endOfSpeech: must be true or false');
  // Taken at its word, this rate would make hours of sound out of a moment.
  one.send('agentaudioinput', { audioData: 'AAAA', sampleRate: 0.001 });
  await isNoted('sampleRate: must be a whole number from 8000 to 192000');
  one.channel.send(JSON.stringify({ message_type: 'speech', content: 7 }));
  await isTold(one, 'warning Could not take a message: content: must be a text');
  one.channel.send('[]');
  await isNoted('must be an object as JSON');
});

test('LiveKit: gives up a connection on which it hears no protobuf, which may be made anew', async () => {
  const { livekit_url = '', livekit_client_token: token = '' } = await started('FULL');
  const socket = await opened(`${livekit_url}/rtc?access_token=${token}`);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.send('hello');
  expect(await closed).toBe(1006);
  await isNoted('/livekit/rtc must be protobuf, and not a text');
  const again = livekitClient(livekit_url, token);
  clients.push(again);
  await sees(again);
});

test('LiveAvatar FULL: notes a wrong command, and hears the next', async () => {
  const one = await room();
  await one.publish('agent-control', { event_type: 'avatar.speak_text', text: null });
  await isNoted('/livekit/rtc text: must be a text');
  // Taken for bytes, this text would be an array of its value's length.
  await one.sendRaw('4000000000');
  await isNoted('must be protobuf, and not a text');
  await one.sendRaw(new Uint8Array([255, 255, 255]));
  await vi.waitFor(() => {
    expect(misheard()).toHaveLength(3);
  }, WAIT);
  await one.publish('agent-control', { event_type: 'avatar.speak_text', text: 'hello' });
  await isTold(one, 'avatar.transcription hello');
});

test('LiveAvatar LITE: notes a wrong command, and hears the next', async () => {
  const { ws_url = '', session_id } = await started('LITE');
  const socket = await opened(ws_url);
  socket.send(JSON.stringify({ type: 'agent.speak', event_id: 'e', audio: 5 }));
  await isNoted(`/ws/${session_id} audio: must be a text`);
  socket.send(JSON.stringify({ type: 'agent.interrupt', event_id: null }));
  await isNoted('event_id: must be a text');
  expect(socket.readyState).toBe(socket.OPEN);
});

test('a client that breaks the WebSocket’s own rules while it is told to leave just leaves', async () => {
  const { livekit_url = '', livekit_client_token = '', session_id = '' } = await started('FULL');
  const one = livekitClient(livekit_url, livekit_client_token);
  clients.push(one);
  const [{ socket: raw }] = (await once(one.socket, 'upgrade')) as [IncomingMessage];
  await sees(one);
  await call(sandbox, 'liveavatar', 'sessions.stop', { body: { session_id } });
  await isTold(one, 'session.stopped');
  // Every bit set: a frame of a kind that there is not, and no client may send any without a mask.
  raw.write(Buffer.alloc(8, 0xff));
  await one.closed;
  // A promise that this rejected would end the process: in a test it fails the run.
  await sees(await simli());
});

const words = ['offer', 'icecandidate', 'talkstream', 'agentaudioinput', 'speech', 'agent.speak'];
const names = ['type', 'event_type', 'event_id', 'text', 'audio', 'actionType', 'message_type', 'content'];
const inner = ['sdp', 'candidate', 'sdpMid', 'sdpMLineIndex', 'audioData', 'sampleRate', 'channels'];
const value = fc.oneof(fc.constantFrom(...words, 'avatar.speak_text', 'agent.speak_end'), fc.jsonValue());
const nearly = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...names), value),
    fc.dictionary(fc.constantFrom(...inner, 'content', 'correlationId', 'endOfSpeech'), value),
  )
  .map(([message, payload]) => ({ ...message, payload: { connectionDescription: payload, ...payload } }));
const anything = fc.oneof(
  fc.string(),
  nearly.map((message) => JSON.stringify(message)),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => new Uint8Array(bytes)),
);

/** Enough to meet each name with each kind of value; every run of the tests tries others. */
const MESSAGES = 150;

test('survives whatever it is told, on every WebSocket and every data channel', async () => {
  const [onP2p, onSignalling, inRoom, lite] = [
    await simli(),
    await anam(),
    await room(),
    await started('LITE'),
  ];
  const audio = await opened(lite['ws_url'] ?? '');
  const rooms = { url: lite['livekit_url'] ?? '', token: lite['livekit_client_token'] ?? '' };
  for (const message of fc.sample(anything, MESSAGES)) {
    onP2p.socket.send(message);
    onSignalling.socket.send(message);
    onSignalling.channel.send(message as string);
    await inRoom.sendRaw(message);
    audio.send(message);
  }
  for (const message of fc.sample(nearly, MESSAGES)) await inRoom.publish('agent-control', message);
  for (const message of fc.sample(anything, MESSAGES / 5)) {
    const socket = await opened(`${rooms.url}/rtc?access_token=${rooms.token}`);
    socket.send(message);
  }
  await vi.waitFor(() => {
    const paths = new Set(misheard().map((note) => note.split(' ')[0]));
    expect([...paths].sort()).toEqual(
      ['/compose/webrtc/p2p', '/livekit/rtc', '/v1/engine/ws', `/ws/${lite['session_id'] ?? ''}`].sort(),
    );
  }, WAIT);
  // Whoever comes next is served as if nothing had been.
  await sees(await simli());
});
