import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { call, keyHeader, send, type Reply } from '../../../test/call.ts';
import { manualClock } from '../../../test/manual-clock.ts';
import { answerViolations } from '../../contracts/check.ts';
import { createSandbox, type Sandbox } from '../../index.ts';
import { simliFaces } from './reserved.ts';
import { SimliSessions } from './sessions.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ clock: manualClock() });
});
beforeEach(() => {
  sandbox.reset();
});
afterAll(() => sandbox.close());

const mint = (body: object = {}): Promise<Reply> =>
  call(sandbox, 'simli', 'compose.createToken', { body: { faceId: 'face', ...body } });

const tokenOf = ({ json }: Reply): string => (json as { session_token: string }).session_token;

const startAgents = (session_token: string): Promise<Reply> =>
  call(sandbox, 'simli', 'livekit.startAgentsSession', {
    headers: {},
    body: { session_token, livekit_token: 'room-token', livekit_url: 'wss://room' },
  });

describe('compose.createToken', () => {
  test('mints a token that suits a URL', async () => {
    const reply = await mint();
    expect(reply.status).toBe(200);
    expect(answerViolations('simli', 'compose.createToken', 200, reply.json)).toEqual([]);
    expect(tokenOf(reply)).toMatch(/^[\w-]{40,}$/);
    expect(tokenOf(await mint())).not.toBe(tokenOf(reply));
  });

  test('remembers no more of a request than it acts on', async () => {
    const minted = vi.spyOn(SimliSessions.prototype, 'mint');
    await mint({ maxIdleTime: 7, startFrame: 5, unknown: 'long' });
    expect(minted.mock.calls).toEqual([[{ faceId: 'face', maxSessionLength: 3600, maxIdleTime: 7 }]]);
    minted.mockRestore();
  });

  test.each(simliFaces.map(({ value, answer }) => ({ value, answer })))(
    'answers the face $value',
    async ({ value, answer }) => {
      const reply = await mint({ faceId: value });
      expect(reply).toMatchObject({ status: answer.status, json: answer.body });
      expect(tokenOf(reply)).toBe('FAIL TOKEN');
    },
  );

  test('knows a reserved emotion after its slash', async () => {
    const reply = await mint({ faceId: 'face/sandbox-invalid-emotion' });
    expect(reply).toMatchObject({ status: 400, json: { detail: 'INVALID_EMOTION' } });
  });

  test('words a violation as FastAPI does', async () => {
    const reply = await mint({ faceId: undefined, maxIdleTime: 'x' });
    expect(reply).toMatchObject({
      status: 422,
      json: {
        detail: [
          { loc: ['body', 'faceId'], msg: 'Field required', type: 'missing' },
          { loc: ['body', 'maxIdleTime'], msg: 'must be integer', type: 'type_error' },
        ],
      },
    });
    expect(answerViolations('simli', 'compose.createToken', 422, reply.json)).toEqual([]);
  });

  test.each([
    ['no key', {}],
    ['an empty key', keyHeader.simli(' ')],
    ['another header', keyHeader.anam('good-key')],
    ['the reserved key', keyHeader.simli('sandbox-invalid-key')],
  ])('refuses %s', async (_case, headers) => {
    const reply = await call(sandbox, 'simli', 'compose.createToken', { body: { faceId: 'f' }, headers });
    expect(reply).toMatchObject({
      status: 401,
      json: { session_token: 'FAIL TOKEN', detail: 'INVALID_API_KEY' },
    });
  });

  test('can refuse a key and still send something like a token', async () => {
    const headers = keyHeader.simli('sandbox-invalid-key-with-token');
    const reply = await call(sandbox, 'simli', 'compose.createToken', { body: { faceId: 'f' }, headers });
    expect(reply.status).toBe(401);
    expect(tokenOf(reply)).toMatch(/^[\w-]{30,}$/);
  });

  test.each([['{"faceId":'], ['faceId=f']])('refuses the body %s', async (body) => {
    const reply = await call(sandbox, 'simli', 'compose.createToken', { body });
    expect(reply).toMatchObject({ status: 422, json: { detail: [{ loc: ['body'], type: 'json_invalid' }] } });
  });

  test('refuses JSON that is not called JSON', async () => {
    const headers = { ...keyHeader.simli('k'), 'content-type': 'text/plain' };
    const reply = await call(sandbox, 'simli', 'compose.createToken', { body: { faceId: 'f' }, headers });
    expect(reply.status).toBe(422);
  });
});

test('a session token is no key, also once it is used up', async () => {
  const token = tokenOf(await mint());
  await startAgents(token);
  const body = { faceId: 'face' };
  expect(
    await call(sandbox, 'simli', 'compose.createToken', { body, headers: keyHeader.simli(token) }),
  ).toMatchObject({ status: 401, json: { session_token: 'FAIL TOKEN', detail: 'INVALID_API_KEY' } });
});

test('compose.listIceServers stays on this machine', async () => {
  const reply = await call(sandbox, 'simli', 'compose.listIceServers');
  expect(reply).toMatchObject({ status: 200, json: [{ urls: 'stun:127.0.0.1:3478' }] });
  expect(answerViolations('simli', 'compose.listIceServers', 200, reply.json)).toEqual([]);
  const refused = await call(sandbox, 'simli', 'compose.listIceServers', { headers: {} });
  expect(refused).toMatchObject({ status: 401, json: { detail: 'INVALID_API_KEY' } });
  expect(refused.text).not.toContain('FAIL TOKEN');
});

describe('livekit.startAgentsSession', () => {
  test('starts one session for one token, without a key', async () => {
    const token = tokenOf(await mint());
    const reply = await startAgents(token);
    expect(reply.status).toBe(200);
    expect(answerViolations('simli', 'livekit.startAgentsSession', 200, reply.json)).toEqual([]);
    const again = await startAgents(token);
    expect(again).toMatchObject({ status: 400, json: { error: 'Session Failed' } });
    expect(answerViolations('simli', 'livekit.startAgentsSession', 400, again.json)).toEqual([]);
  });

  test('refuses a token that it never minted, and FAIL TOKEN too', async () => {
    expect(await startAgents('made-up')).toMatchObject({ status: 400 });
    expect(await startAgents('FAIL TOKEN')).toMatchObject({ status: 400 });
  });

  test.each([
    [{ maxSessionLength: 20 }, 20],
    [{ maxSessionLength: 600, maxIdleTime: 10 }, 600],
    [{}, 3600],
  ])(
    'ends a session minted with %j after %i s, since nobody here knows whether it idles',
    async (limits, seconds) => {
      await startAgents(tokenOf(await mint(limits)));
      expect(sandbox.simli.sessions()).toMatchObject([{ faceId: 'face' }]);
      await sandbox.clock.advance((seconds - 1) * 1000);
      expect(sandbox.simli.sessions()[0]).not.toHaveProperty('endedAt');
      await sandbox.clock.advance(1000);
      const [session] = sandbox.simli.sessions();
      expect(session?.endedAt).toBe((session?.startedAt ?? 0) + seconds * 1000);
    },
  );
});

test('has neither other paths nor other methods', async () => {
  const elsewhere = await send(`${sandbox.simli.baseUrl}/compose/tokens`, { method: 'POST' });
  expect(elsewhere).toMatchObject({ status: 404, json: { detail: 'Not Found' } });
  const otherwise = await send(`${sandbox.simli.baseUrl}/compose/token`);
  expect(otherwise).toMatchObject({ status: 405, json: { detail: 'Method Not Allowed' } });
});
