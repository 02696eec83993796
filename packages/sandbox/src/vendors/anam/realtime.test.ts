import { once } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { call, payloadOf, send, type Reply } from '../../../test/call.ts';
import { anamClient, type AnamClient } from '../../../test/clients.ts';
import { manualClock } from '../../../test/manual-clock.ts';
import { mint, socketUrl } from '../../../test/tokens.ts';
import { answerViolations } from '../../contracts/check.ts';
import { createSandbox, type Sandbox } from '../../index.ts';
import { jwtShaped } from '../jwt.ts';
import { anamStarts } from './reserved.ts';

let sandbox: Sandbox;
const clients: AnamClient[] = [];
beforeEach(async () => {
  sandbox = await createSandbox({ clock: manualClock(), anam: { concurrency: 1 } });
});
afterEach(async () => {
  for (const one of clients.splice(0)) one.close();
  await sandbox.close();
});

interface Started {
  readonly sessionId: string;
  readonly engineHost: string;
  readonly signallingEndpoint: string;
}

const start = (token: string, body?: object): Promise<Reply> =>
  call(sandbox, 'anam', 'engine.startSession', {
    headers: { authorization: `Bearer ${token}` },
    ...(body && { body }),
  });

async function open(persona?: object): Promise<AnamClient & Started> {
  const { json } = await start(await mint.anam(sandbox, persona));
  const started = json as Started;
  return Object.assign(join(started), started);
}

/** As the SDK puts the address together. */
function join({ sessionId, engineHost, signallingEndpoint }: Started): AnamClient {
  const url = new URL(`ws://${engineHost}`);
  url.pathname = signallingEndpoint;
  const one = anamClient(url.href, sessionId);
  clients.push(one);
  return one;
}

const WAIT = { timeout: 8000, interval: 20 };
const sees = (one: AnamClient, count: number = 5): Promise<void> =>
  vi.waitFor(() => {
    expect(one.viewer.frames.length).toBeGreaterThan(count);
  }, WAIT);
const isTold = (one: AnamClient, what: string): Promise<void> =>
  vi.waitFor(() => {
    expect(one.told).toContainEqual(expect.stringContaining(what));
  }, WAIT);

test('starts a session with a token, once, within the concurrency', async () => {
  const token = await mint.anam(sandbox);
  const reply = await start(token, { clientMetadata: { client: 'js-sdk', version: '4.27.0' } });
  expect(reply.status).toBe(200);
  expect(answerViolations('anam', 'engine.startSession', 200, reply.json)).toEqual([]);
  expect(await start(await mint.anam(sandbox))).toMatchObject({
    status: 429,
    json: { error: 'Concurrent session limit reached' },
  });
  // Nobody joins it, so its place becomes free.
  await sandbox.clock.advance(30_000);
  expect(await start(token)).toMatchObject({ status: 401 });
  const ofAnotherDay = jwtShaped({ sessionId: 's', accountId: 'a' });
  expect(await start(ofAnotherDay)).toMatchObject({ status: 401 });
});

test.each(['an-api-key', 'an.api.key'])(
  'starts a session with the key %s and a persona of its own',
  async (key) => {
    expect(await start(key, { personaConfig: { avatarId: 'a' } })).toMatchObject({ status: 200 });
    const wrong = { personaConfig: { avatarId: 'a', initialMessage: 5 } };
    expect(await start(key, wrong)).toMatchObject({
      status: 400,
      json: { message: expect.stringContaining('personaConfig.initialMessage') as string },
    });
  },
);

test('what stands beside a stored persona neither ends its session nor is said', async () => {
  const beside = { personaId: 'p', maxSessionLengthSeconds: 1, initialMessage: 5 };
  for (const begin of [
    async () => start(await mint.anam(sandbox, beside)),
    () => start('a-key', { personaConfig: beside }),
  ]) {
    const { json } = await begin();
    const one = join(json as Started);
    await isTold(one, 'sessionready');
    await sandbox.clock.advance(2000);
    one.send('heartbeat', '');
    await isTold(one, 'heartbeat');
    expect(sandbox.sessions()).toMatchObject([{ state: 'live', speaking: false }]);
    const path = { id: (json as Started).sessionId };
    await call(sandbox, 'anam', 'sessions.stop', { path });
    await one.closed;
  }
});

test.each(anamStarts.map(({ value, answer }) => ({ value, answer })))(
  'answers $value',
  async ({ value, answer }) => {
    const reply = await start(await mint.anam(sandbox, { personaId: value }));
    expect(reply).toMatchObject({ status: answer.status, json: answer.body });
  },
);

test('shows a face that says what it is told, and writes it down', async () => {
  const one = await open({ avatarId: 'a', initialMessage: 'Hello' });
  await sees(one);
  await isTold(one, 'sessionready');
  await isTold(one, '"content":"Hello"');
  const talk = (content: string): Promise<Reply> =>
    call(sandbox, 'anam', 'engine.talk', {
      headers: {},
      query: { session_id: one.sessionId },
      body: { content },
    });
  expect(await talk('And now a longer sentence, which takes its time.')).toMatchObject({ status: 200 });
  await isTold(one, 'a longer sentence');
  one.channel.send(JSON.stringify({ message_type: 'interrupt' }));
  await isTold(one, 'talkinputstreaminterrupted');
  await isTold(one, '"interrupted":true');
  one.channel.send(JSON.stringify({ message_type: 'speech', content: 'hi' }));
  await isTold(one, '"role":"user"');
  await isTold(one, 'You said: hi');
  one.send('talkstream', { content: 'a', startOfSpeech: true, endOfSpeech: false, correlationId: 'c' });
  one.send('talkstream', { content: ' b', startOfSpeech: false, endOfSpeech: true, correlationId: 'c' });
  await isTold(one, '" b"');
  one.send('heartbeat', '');
  await isTold(one, 'heartbeat');
  await vi.waitFor(() => {
    expect(one.viewer.loudest).toBeGreaterThan(1000);
  }, WAIT);
});

test('says audio of any rate', async () => {
  const one = await open();
  await sees(one);
  const samples = new Int16Array(44_100).map((_, index) => 12_000 * Math.sin(index / 20));
  const audioData = Buffer.from(samples.buffer).toString('base64');
  one.send('agentaudioinput', { audioData, encoding: 'pcm_s16le', sampleRate: 44_100, channels: 1 });
  one.send('agentaudioinputend', {});
  await vi.waitFor(() => {
    expect(sandbox.sessions()[0]?.speaking).toBe(true);
    expect(one.viewer.open).toBeGreaterThan(0.08);
  }, WAIT);
});

test('a stop through the API and the maximal length end it with a reason', async () => {
  const one = await open({ avatarId: 'a', maxSessionLengthSeconds: 60 });
  await sees(one);
  await sandbox.clock.advance(60_000);
  await one.closed;
  expect(one.told.at(-1)).toBe('endsession Session length limit reached');
  const two = await open();
  await sees(two);
  const path = { id: two.sessionId };
  const stopped = await call(sandbox, 'anam', 'sessions.stop', { path });
  expect(stopped.status).toBe(200);
  expect(answerViolations('anam', 'sessions.stop', 200, stopped.json)).toEqual([]);
  await two.closed;
  expect(two.told.at(-1)).toBe('endsession Stopped through the API');
  expect(await call(sandbox, 'anam', 'sessions.stop', { path })).toMatchObject({ status: 404 });
});

test('silence ends a session that says for how long it bears it', async () => {
  const voiceDetectionOptions = { silenceBeforeSessionEndSeconds: 60 };
  const one = await open({ avatarId: 'a', voiceDetectionOptions });
  await sees(one);
  await sandbox.clock.advance(59_000);
  one.channel.send(JSON.stringify({ message_type: 'speech', content: 'hi' }));
  await isTold(one, 'You said: hi');
  await sandbox.clock.advance(59_000);
  expect(sandbox.sessions()).toMatchObject([{ state: 'live' }]);
  await isTold(one, '"content":"","content_index":1,"end_of_speech":true');
  await sandbox.clock.advance(60_000);
  await one.closed;
  expect(one.told.at(-1)).toBe('endsession Silence limit reached');
});

test('of several ends the earliest is in the record, however late one asks', async () => {
  const { json } = await start(await mint.anam(sandbox, { avatarId: 'a', maxSessionLengthSeconds: 60 }));
  await sandbox.clock.advance(90_000);
  const path = { id: (json as Started).sessionId };
  expect((await call(sandbox, 'anam', 'sessions.get', { path })).json).toMatchObject({
    sessionLengthMs: 30_000,
  });
});

test('keeps a record of each session, also when it is over', async () => {
  const recordOf = (id: string): Promise<Reply> => call(sandbox, 'anam', 'sessions.get', { path: { id } });
  const startedAt = sandbox.clock.now();
  const { json } = await start(await mint.anam(sandbox, { personaId: 'p' }));
  const { sessionId } = json as Started;
  const running = await recordOf(sessionId);
  expect(running).toMatchObject({
    status: 200,
    json: { id: sessionId, personaId: 'p', endTime: null, sessionLengthMs: null, exitStatus: null },
  });
  expect(answerViolations('anam', 'sessions.get', 200, running.json)).toEqual([]);
  // It ended when nobody had joined it, however late one asks.
  await sandbox.clock.advance(90_000);
  const over = await recordOf(sessionId);
  expect(over.json).toMatchObject({
    startTime: new Date(startedAt).toISOString(),
    endTime: new Date(startedAt + 30_000).toISOString(),
    sessionLengthMs: 30_000,
    exitStatus: 'NORMAL_EXIT',
  });
  expect(answerViolations('anam', 'sessions.get', 200, over.json)).toEqual([]);
});

test('an engine in a LiveKit room of the caller’s has no host, and cannot be stopped here', async () => {
  const environment = { livekitUrl: 'wss://room.example', livekitToken: 't' };
  const { json } = await start('an-api-key', { personaConfig: { avatarId: 'a' }, environment });
  expect(answerViolations('anam', 'engine.startSession', 200, json)).toEqual([]);
  expect(json).not.toHaveProperty('engineHost');
  const { sessionId, signallingEndpoint } = json as Started;
  const { host } = new URL(sandbox.url);
  await isTold(join({ sessionId, signallingEndpoint, engineHost: host }), '404');
  // Whether anybody has joined that room is not known here.
  await sandbox.clock.advance(90_000);
  const path = { id: sessionId };
  expect((await call(sandbox, 'anam', 'sessions.get', { path })).json).toMatchObject({ endTime: null });
  expect(await call(sandbox, 'anam', 'sessions.stop', { path })).toMatchObject({ status: 404 });
});

test('a maximal length below nothing ends a session at once', async () => {
  const { json } = await start(await mint.anam(sandbox, { maxSessionLengthSeconds: -1e300 }));
  const path = { id: (json as Started).sessionId };
  expect(await call(sandbox, 'anam', 'sessions.get', { path })).toMatchObject({
    status: 200,
    json: { sessionLengthMs: 0, endTime: new Date(sandbox.clock.now()).toISOString() },
  });
});

test.each(['sessions.get', 'sessions.stop'] as const)(
  '%s knows a session that was started',
  async (operation) => {
    const ask = (id: string): Promise<Reply> => call(sandbox, 'anam', operation, { path: { id } });
    const token = await mint.anam(sandbox);
    const { sessionId } = payloadOf(token);
    expect(await ask(String(sessionId))).toMatchObject({ status: 404, json: { error: 'Not Found' } });
    await start(token);
    expect(await ask(String(sessionId))).toMatchObject({ status: 200 });
    expect(await ask('not-a-uuid')).toMatchObject({
      status: 400,
      json: { message: expect.stringContaining('Invalid session ID: id') as string },
    });
    expect(
      await call(sandbox, 'anam', operation, { path: { id: String(sessionId) }, headers: {} }),
    ).toMatchObject({ status: 401 });
  },
);

test('a broken WebSocket finds the session again, and not after it is over', async () => {
  const one = await open();
  await sees(one);
  sandbox.disturb('anam', { kind: 'signallingDrop' }, one.sessionId);
  await one.closed;
  const again = join(one);
  await new Promise((resolve) => again.socket.once('open', resolve));
  expect(sandbox.sessions()).toMatchObject([{ state: 'live' }]);
  again.send('heartbeat', '');
  await isTold(again, 'heartbeat');
  again.socket.terminate();
  await vi.waitFor(() => {
    expect(sandbox.sessions()).toMatchObject([{ state: 'away' }]);
  }, WAIT);
  await sandbox.clock.advance(10_000);
  expect(sandbox.sessions()).toEqual([]);
  const late = join(one);
  await isTold(late, '404');
});

test('takes no more to say than it can bear', async () => {
  const { json } = await start(await mint.anam(sandbox, { avatarId: 'a', initialMessage: 'Hello' }));
  const started = json as Started;
  const url = `${socketUrl(sandbox.anam.baseUrl)}/v1/engine/ws?session_id=${started.sessionId}`;
  const early = new WebSocket(url);
  await once(early, 'open');
  const talk = (): Promise<Reply> =>
    call(sandbox, 'anam', 'engine.talk', {
      headers: {},
      query: { session_id: started.sessionId },
      body: { content: '.' },
    });
  // Nobody hears anything yet, so nothing of it is over.
  for (let i = 0; i < 200; i += 1) expect(await talk()).toMatchObject({ status: 200 });
  expect(await talk()).toMatchObject({ status: 429 });
  const payload = { content: 'one more', endOfSpeech: true, correlationId: 'c' };
  early.send(JSON.stringify({ actionType: 'talkstream', payload }));
  await vi.waitFor(() => {
    expect(sandbox.journal().at(-1)?.notes).toContainEqual(
      expect.stringContaining('must wait: 200 utterances'),
    );
  }, WAIT);
  // Nor does the greeting, which nobody asked for, end anything.
  await isTold(join(started), 'sessionready');
});

test('another WebSocket takes the place of the first, which goes', async () => {
  const one = await open();
  await sees(one);
  const again = join(one);
  await one.closed;
  again.send('heartbeat', '');
  await isTold(again, 'heartbeat');
  expect(sandbox.sessions()).toMatchObject([{ state: 'live' }]);
});

test('takes the telemetry of the SDK, and no talk for nobody', async () => {
  expect(await send(`${sandbox.anam.baseUrl}/v1/metrics/client`, { method: 'POST' })).toMatchObject({
    status: 200,
  });
  const talk = { headers: {}, query: { session_id: 'nobody' }, body: { content: 'x' } };
  expect(await call(sandbox, 'anam', 'engine.talk', talk)).toMatchObject({ status: 404 });
});
