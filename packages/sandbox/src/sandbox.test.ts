import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { call, dataOf, keyHeader, send } from '../test/call.ts';
import { mint, socketUrl } from '../test/tokens.ts';
import { avatarId, liteExample } from '../test/vendor-examples.ts';
import { createSandbox } from './index.ts';
import { requestLine } from './cli/run.ts';

test('tells what arrived, what was swallowed, and what struck', async () => {
  await using sandbox = await createSandbox();
  sandbox.fail('anam', 'sessionTokens.create', { delayMs: 1 });
  const body = {
    personaConfig: { personaId: 'p', avatarId: 'a' },
    sessionOptions: { videoQuality: 'high', sessionReplay: { enabled: true } },
    clientlabel: 'typo',
  };
  await call(sandbox, 'anam', 'sessionTokens.create', { body, query: { debug: '1' } });
  await send(`${sandbox.simli.baseUrl}/nowhere`);
  expect(sandbox.journal()).toMatchObject([
    {
      vendor: 'anam',
      operation: 'sessionTokens.create',
      method: 'POST',
      path: '/v1/auth/session-token',
      query: { debug: '1' },
      status: 200,
      body,
    },
    { vendor: 'simli', path: '/nowhere', status: 404, notes: [] },
  ]);
  expect([...(sandbox.journal()[0]?.notes ?? [])].sort()).toEqual([
    'fault: delayMs 1',
    'swallowed: body.clientlabel',
    'swallowed: body.personaConfig.avatarId',
    'swallowed: body.sessionOptions.sessionReplay.enabled',
    'swallowed: query.debug',
  ]);
  expect(sandbox.journal()[1]).not.toHaveProperty('operation');
});

test('tells which fault struck, however much was swallowed', async () => {
  await using sandbox = await createSandbox();
  sandbox.fail('anam', 'sessionTokens.create', { delayMs: 1 });
  const body = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`field${index}`, index]));
  await call(sandbox, 'anam', 'sessionTokens.create', { body });
  const { notes = [] } = sandbox.journal()[0] ?? {};
  expect(notes.slice(0, 2)).toEqual(['fault: delayMs 1', 'swallowed: body.field0']);
  expect(notes.at(-1)).toBe('and 51 more');
});

test('notes a body where none is asked for, and a field of the other mode', async () => {
  await using sandbox = await createSandbox();
  const body = { ...liteExample, mode: 'FULL' };
  const minted = await call(sandbox, 'liveavatar', 'sessions.createToken', { body });
  const headers = { authorization: `Bearer ${dataOf(minted)['session_token'] ?? ''}` };
  const begun = await call(sandbox, 'liveavatar', 'sessions.start', { headers, body: 'not JSON' });
  expect(begun.status).toBe(201);
  expect(sandbox.journal().map(({ notes }) => notes)).toEqual([
    ['swallowed: body.livekit_config'],
    ['swallowed: body'],
  ]);
});

test.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('not what the test wants');
    },
  ],
  ['rejects', () => Promise.reject(new Error('not what the test wants'))],
])('an onRequest that %s changes no answer and ends nothing', async (_how, onRequest) => {
  await using sandbox = await createSandbox({ onRequest });
  const warned = once(process, 'warning');
  expect(await call(sandbox, 'simli', 'compose.listIceServers')).toMatchObject({ status: 200 });
  expect(await warned).toMatchObject([{ message: 'onRequest failed: Error: not what the test wants' }]);
  const url = `${socketUrl(sandbox.simli.baseUrl)}/compose/webrtc/p2p?session_token=`;
  const socket = new WebSocket(`${url}${await mint.simli(sandbox)}`);
  await once(socket, 'open');
  socket.send('nonsense');
  await vi.waitFor(() => {
    expect(sandbox.journal().at(-1)?.notes).toContain('malformed message: must be an object as JSON');
  });
  // A rejection that nobody handles would fail this run.
  socket.close();
  await once(socket, 'close');
});

test('counts concurrency and credits over HTTP', async () => {
  await using sandbox = await createSandbox({ liveavatar: { concurrency: 1, credits: 2 } });
  const open = async (): Promise<unknown> => {
    const minted = await call(sandbox, 'liveavatar', 'sessions.createToken', {
      body: { avatar_id: avatarId },
    });
    const headers = { authorization: `Bearer ${dataOf(minted)['session_token'] ?? ''}` };
    return (await call(sandbox, 'liveavatar', 'sessions.start', { headers })).json;
  };
  expect(await open()).toMatchObject({ code: 1000 });
  expect(await open()).toMatchObject({ code: 4032, data: null });
  await sandbox.clock.advance(60_000);
  expect(await open()).toMatchObject({ code: 4033, data: null });
});

test('lets no secret out', async () => {
  const canary = (name: string): string => `canary-${name}-0123456789`;
  const lines: string[] = [];
  await using sandbox = await createSandbox({ onRequest: (entry) => lines.push(requestLine(entry)) });
  const livekit_config = {
    livekit_url: `wss://user:${canary('userinfo')}@room/?access_token=${canary('url')}`,
    livekit_room: canary('room-token'),
    livekit_client_token: canary('room-token'),
  };
  const replies = await Promise.all([
    call(sandbox, 'liveavatar', 'sessions.createToken', {
      headers: keyHeader.liveavatar(canary('liveavatar')),
      body: { mode: 'LITE', avatar_id: `not-${canary('liveavatar')}`, livekit_config },
    }),
    call(sandbox, 'anam', 'sessionTokens.create', {
      headers: keyHeader.anam(canary('anam')),
      query: { session_token: canary('query') },
      body: {
        environment: {
          livekitToken: canary('livekit'),
          elevenLabsAgentSettings: { signedUrl: canary('signed') },
        },
        personaConfig: { systemPrompt: `the key is ${canary('anam')}`, password: canary('password') },
        [canary('anam')]: 'in a name',
      },
    }),
    call(sandbox, 'simli', 'livekit.startAgentsSession', {
      headers: {},
      body: { session_token: canary('session'), livekit_token: canary('livekit'), livekit_url: 'wss://room' },
    }),
    call(sandbox, 'simli', 'compose.createToken', {
      headers: keyHeader.simli(canary('simli')),
      body: `{"faceId": "${canary('broken')}`,
    }),
    send(`${sandbox.simli.baseUrl}/x/${canary('simli')}`, { headers: keyHeader.simli(canary('simli')) }),
  ]);
  const control = await send(`${sandbox.url}/_sandbox/journal`);
  const told = [
    JSON.stringify(sandbox.journal()),
    control.text,
    ...lines,
    ...replies.map(({ text }) => text),
  ];
  expect(sandbox.journal()).toHaveLength(5);
  for (const text of told) expect(text).not.toContain('canary');
});
