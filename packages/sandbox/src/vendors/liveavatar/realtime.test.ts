import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { call, dataOf, keyHeader, send } from '../../../test/call.ts';
import { livekitClient, type LiveKitClient } from '../../../test/clients.ts';
import { manualClock } from '../../../test/manual-clock.ts';
import { mint } from '../../../test/tokens.ts';
import { liteExample } from '../../../test/vendor-examples.ts';
import { RoomRegistry } from '../../livekit/room-registry.ts';
import { createSandbox, type Sandbox } from '../../index.ts';

let sandbox: Sandbox;
const clients: LiveKitClient[] = [];
const sockets: WebSocket[] = [];
beforeEach(async () => {
  sandbox = await createSandbox({ clock: manualClock() });
});
afterEach(async () => {
  for (const one of clients.splice(0)) one.close();
  for (const socket of sockets.splice(0)) socket.terminate();
  await sandbox.close();
});

interface Started {
  readonly session_id: string;
  readonly livekit_url: string;
  readonly livekit_client_token: string;
  readonly ws_url: string;
}

async function start(body?: object): Promise<Started> {
  const headers = { authorization: `Bearer ${await mint.liveavatar(sandbox, body)}` };
  const reply = await call(sandbox, 'liveavatar', 'sessions.start', { headers });
  return dataOf(reply) as unknown as Started;
}

async function stop({ session_id }: Started): Promise<void> {
  const headers = keyHeader.liveavatar('k');
  await call(sandbox, 'liveavatar', 'sessions.stop', { headers, body: { session_id } });
}

function join({ livekit_url, livekit_client_token }: Started, query?: string): LiveKitClient {
  const one = livekitClient(livekit_url, livekit_client_token, query);
  clients.push(one);
  return one;
}

const WAIT = { timeout: 8000, interval: 20 };
const sees = (one: LiveKitClient, count: number = 5): Promise<void> =>
  vi.waitFor(() => {
    expect(one.viewer.frames.length).toBeGreaterThan(count);
  }, WAIT);
const isTold = (one: { told: readonly string[] }, what: string): Promise<void> =>
  vi.waitFor(() => {
    expect(one.told).toContainEqual(expect.stringContaining(what));
  }, WAIT);

test('FULL: a room with the avatar and its agent, who say what they are told', async () => {
  const started = await start();
  const one = join(started);
  await sees(one);
  expect(one.participants).toEqual([
    { identity: 'heygen', tracks: 2 },
    { identity: `liveavatar-agent-${started.session_id}`, tracks: 0 },
  ]);
  expect(one.mayPublish()).toBe(true);
  await one.publish('agent-control', {
    event_type: 'avatar.speak_response',
    event_id: 'e',
    text: 'a long hello',
  });
  await isTold(one, 'user.transcription a long hello');
  await isTold(one, 'avatar.transcription You said: a long hello');
  await one.publish('another-topic', { event_type: 'avatar.interrupt' });
  await one.publish('agent-control', { event_type: 'avatar.interrupt' });
  await isTold(one, 'avatar.speak_ended');
  const transcript = await call(sandbox, 'liveavatar', 'sessions.getTranscript', {
    path: { session_id: started.session_id },
  });
  expect(dataOf(transcript)['transcript_data']).toMatchObject([
    { role: 'user', transcript: 'a long hello' },
    { role: 'avatar', transcript: 'You said: a long hello' },
  ]);
});

test('the end of time and a stop over HTTP are told, and the room is left', async () => {
  const timed = await start({ max_session_duration: 100 });
  const one = join(timed);
  await sees(one);
  await sandbox.clock.advance(100_000);
  await isTold(one, 'session.stopped MAX_DURATION_REACHED');
  await isTold(one, 'leave');
  const started = await start();
  const two = join(started);
  await sees(two);
  await stop(started);
  expect(sandbox.sessions()).toEqual([]);
  await isTold(two, 'session.stopped UNKNOWN');
  await two.closed;
  const late = join(started);
  await isTold(late, '401');
});

test('who leaves while its end is on its way is told nothing more over a channel that it closes', async () => {
  const started = await start();
  const one = join(started);
  await sees(one);
  await stop(started);
  one.leave();
  await one.closed;
  expect(one.told).toContain('leave');
  expect(one.told.filter((said) => said.startsWith('session.stopped'))).toEqual([]);
});

test('a broken signalling resumes; without its media it must begin anew', async () => {
  const started = await start();
  const one = join(started);
  await sees(one);
  for (const text of ['first', 'second'])
    await one.publish('agent-control', { event_type: 'avatar.speak_text', text });
  await isTold(one, 'avatar.transcription second');
  sandbox.disturb('liveavatar', { kind: 'signallingDrop' }, 'live');
  await one.closed;
  const resumed = join(started, '&reconnect=1&sid=PA_1');
  // The number of its last message that was heard: what came later, a client sends again.
  await isTold(resumed, 'reconnect 2');
  const seen = one.viewer.frames.length;
  await sees(one, seen + 5);
  sandbox.disturb('liveavatar', { kind: 'deadMedia' }, 'live');
  const refused = join(started, '&reconnect=1&sid=PA_1');
  await isTold(refused, 'leave');
});

test('who comes in anew counts its messages anew', async () => {
  const started = await start();
  const one = join(started);
  await sees(one);
  await one.publish('agent-control', { event_type: 'avatar.speak_text', text: 'first' });
  await isTold(one, 'avatar.transcription first');
  const two = join(started);
  await sees(two);
  sandbox.disturb('liveavatar', { kind: 'signallingDrop' }, 'live');
  await two.closed;
  await isTold(join(started, '&reconnect=1&sid=PA_1'), 'reconnect 0');
});

test('who comes in shows out who was there, and is not ended by its leaving', async () => {
  const started = await start();
  const one = join(started);
  await sees(one);
  one.socket.on('message', () => {
    if (one.told.includes('leave')) one.leave();
  });
  const two = join(started);
  await one.closed;
  expect(one.told).toContain('leave');
  await sees(two);
  expect(two.told).not.toContain('leave');
});

test('LITE: another WebSocket for audio takes the place of the first', async () => {
  const { ws_url } = await start({ mode: 'LITE' });
  const [one, two] = [new WebSocket(ws_url), new WebSocket(ws_url)];
  sockets.push(one, two);
  const first = await new Promise((resolve) => {
    for (const socket of [one, two]) {
      socket.once('close', () => {
        resolve(socket);
      });
    }
  });
  const other = first === one ? two : one;
  await vi.waitFor(() => {
    expect(other.readyState).toBe(WebSocket.OPEN);
  }, WAIT);
});

test('an ended session gives its room up', async () => {
  const dismiss = vi.spyOn(RoomRegistry.prototype, 'dismiss');
  const stopped = await start();
  await call(sandbox, 'liveavatar', 'sessions.stop', { body: { session_id: stopped.session_id } });
  expect(dismiss.mock.calls).toEqual([[stopped.livekit_client_token]]);
  const timed = await start({ max_session_duration: 100 });
  const one = join(timed);
  await sees(one);
  await sandbox.clock.advance(100_000);
  await one.closed;
  await vi.waitFor(() => {
    expect(dismiss.mock.calls).toContainEqual([timed.livekit_client_token]);
  }, WAIT);
  for (const { livekit_url, livekit_client_token: token } of [stopped, timed]) {
    const reply = await send(`${livekit_url.replace('ws', 'http')}/rtc/validate?access_token=${token}`);
    expect(reply).toMatchObject({ status: 401, text: 'invalid token' });
  }
  dismiss.mockRestore();
});

test.each([
  ['a room of the caller’s own', liteExample],
  [
    'an agent of another company',
    { mode: 'LITE', elevenlabs_agent_config: { secret_id: 's', agent_id: 'a' } },
  ],
])('LITE takes no audio where nobody would see it said: %s', async (_case, body) => {
  const { session_id } = await start(body);
  const socket = new WebSocket(`${sandbox.liveavatar.baseUrl.replace('http', 'ws')}/ws/${session_id}`);
  const error = await new Promise<Error>((resolve) => socket.once('error', resolve));
  expect(error.message).toContain('404');
});

test('who leaves may come back while the session is active', async () => {
  const started = await start();
  const one = join(started);
  await sees(one);
  one.leave();
  await one.closed;
  expect(sandbox.sessions()).toEqual([]);
  await sees(join(started));
});

test('LITE: says the audio of its own WebSocket', async () => {
  const started = await start({ mode: 'LITE' });
  const one = join(started);
  await sees(one);
  expect(one.participants).toEqual([{ identity: 'heygen', tracks: 2 }]);
  const socket = new WebSocket(started.ws_url);
  sockets.push(socket);
  const told: string[] = [];
  socket.on('message', (data: Buffer) => told.push(data.toString()));
  await new Promise((resolve) => socket.once('open', resolve));
  const samples = new Int16Array(24_000).map((_, index) => 12_000 * Math.sin(index / 15));
  const say = (message: object): void => {
    socket.send(JSON.stringify(message));
  };
  const closed = one.viewer.open;
  say({ type: 'agent.speak', event_id: 'e', audio: Buffer.from(samples.buffer).toString('base64') });
  await vi.waitFor(() => {
    expect(one.viewer.open).toBeGreaterThan(closed + 0.05);
  }, WAIT);
  say({ type: 'agent.speak_end', event_id: 'e' });
  await isTold({ told }, '"agent.speak_ended"');
  expect(told.map((text) => (JSON.parse(text) as { type: string }).type)).toEqual([
    'session.state_updated',
    'agent.speak_started',
    'agent.speak_ended',
  ]);
  await sandbox.clock.advance(200_000);
  say({ type: 'session.keep_alive', event_id: 'k' });
  say({ type: 'agent.speak', event_id: 'f', audio: Buffer.from(samples.buffer).toString('base64') });
  await isTold({ told }, '"f"');
  await sandbox.clock.advance(200_000);
  expect(sandbox.sessions()).toHaveLength(1);
  say({ type: 'agent.interrupt', event_id: 'i' });
  await isTold({ told }, '"agent.speak_ended","event_id":"f"');
});

test('refuses a newer LiveKit signalling, a wrong token, and audio where none may be sent', async () => {
  const { livekit_url, session_id } = await start();
  const http = livekit_url.replace('ws', 'http');
  expect(await send(`${http}/rtc/v1/validate?access_token=x`)).toMatchObject({ status: 404 });
  expect(await send(`${http}/rtc/validate?access_token=x`)).toMatchObject({
    status: 401,
    text: 'invalid token',
  });
  const wrong = livekitClient(livekit_url, 'wrong');
  clients.push(wrong);
  await isTold(wrong, '401');
  const socket = new WebSocket(`${livekit_url.replace('/livekit', '')}/ws/${session_id}`);
  const error = await new Promise<Error>((resolve) => socket.once('error', resolve));
  expect(error.message).toContain('404');
});
