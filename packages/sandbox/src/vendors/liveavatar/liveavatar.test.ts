import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { call, dataOf, keyHeader, payloadOf, send, type Reply } from '../../../test/call.ts';
import { avatarId, liteExample } from '../../../test/vendor-examples.ts';
import { manualClock } from '../../../test/manual-clock.ts';
import { answerViolations } from '../../contracts/check.ts';
import { createSandbox, type Sandbox } from '../../index.ts';
import type { Operations } from '../../vendor.ts';
import { avatarWithCode100, avatarWithFailingStart, liveAvatarAnswers } from './reserved.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ clock: manualClock() });
});
beforeEach(() => {
  sandbox.reset();
});
afterAll(() => sandbox.close());

const mint = (body: object = {}): Promise<Reply> =>
  call(sandbox, 'liveavatar', 'sessions.createToken', { body: { avatar_id: avatarId, ...body } });
const bearer = (token = ''): Record<string, string> => ({ authorization: `Bearer ${token}` });
const start = (token?: string): Promise<Reply> =>
  call(sandbox, 'liveavatar', 'sessions.start', { headers: bearer(token) });
const stop = (session_id?: string, reason?: string): Promise<Reply> =>
  call(sandbox, 'liveavatar', 'sessions.stop', { body: { session_id, reason } });
const keepAlive = (session_id?: string): Promise<Reply> =>
  call(sandbox, 'liveavatar', 'sessions.keepAlive', { body: { session_id } });
const get = async (session_id = ''): Promise<Record<string, string>> =>
  dataOf(await call(sandbox, 'liveavatar', 'sessions.get', { path: { session_id } }));
const list = (query: Record<string, string>): Promise<Reply> =>
  call(sandbox, 'liveavatar', 'sessions.list', { query });
const MINUTE = 60_000;

async function started(body: object = {}): Promise<Record<string, string>> {
  const minted = dataOf(await mint(body));
  return { ...minted, ...dataOf(await start(minted['session_token'])) };
}

function holds(operation: Operations['liveavatar'], reply: Reply, status: number): void {
  expect(reply.status).toBe(status);
  expect(answerViolations('liveavatar', operation, status, reply.json)).toEqual([]);
  if (status < 300) expect(reply.headers.get('x-ratelimit-reset')).toBe('1');
}

describe('sessions.createToken', () => {
  test.each([
    ['FULL', 'FULL'],
    ['LITE', 'LITE'],
    ['CUSTOM', 'LITE'],
    [undefined, 'FULL'],
  ])('mints for mode %s a token whose payload says %s', async (mode, told) => {
    const reply = await mint({ mode });
    holds('sessions.createToken', reply, 200);
    expect(reply.json).toMatchObject({ code: 1000 });
    const payload = payloadOf(dataOf(reply)['session_token'] ?? '');
    expect(payload).toMatchObject({ start_session_data: { mode: told } });
  });

  test('words a violation as FastAPI does', async () => {
    const reply = await mint({ avatar_id: 'x' });
    holds('sessions.createToken', reply, 422);
    expect(reply.json).toMatchObject({ detail: [{ loc: ['body', 'avatar_id'], type: 'uuid_parsing' }] });
  });

  const fixed = liveAvatarAnswers.map(({ value, answer }) => ({ value, answer }));
  test.each(fixed)('answers the avatar $value', async ({ value, answer }) => {
    const { status, headers, json, text } = await mint({ avatar_id: value.toUpperCase() });
    expect(status).toBe(answer.status);
    expect(typeof answer.body === 'string' ? text : json).toEqual(answer.body);
    for (const [name, told] of Object.entries(answer.headers ?? {})) expect(headers.get(name)).toBe(told);
  });

  test('can succeed with the code of the spec', async () => {
    const reply = await mint({ avatar_id: avatarWithCode100.value });
    holds('sessions.createToken', reply, 200);
    expect(reply.json).toMatchObject({ code: 100 });
  });

  test.each([
    ['no key', {}],
    ['a session token', bearer('token')],
    ['the reserved key', keyHeader.liveavatar('sandbox-invalid-key')],
  ])('refuses %s', async (_case, headers) => {
    const body = { avatar_id: avatarId };
    const reply = await call(sandbox, 'liveavatar', 'sessions.createToken', { body, headers });
    expect(reply).toMatchObject({ status: 401, json: { code: 401, data: null } });
  });
});

test('a session token is no key', async () => {
  const { session_id = '', session_token = '' } = await started();
  const headers = keyHeader.liveavatar(session_token);
  const refused = { status: 401, json: { code: 401, data: null } };
  const body = { avatar_id: avatarId };
  expect(await call(sandbox, 'liveavatar', 'sessions.createToken', { body, headers })).toMatchObject(refused);
  const path = { session_id };
  expect(await call(sandbox, 'liveavatar', 'sessions.get', { path, headers })).toMatchObject(refused);
  expect(await call(sandbox, 'liveavatar', 'sessions.stop', { headers })).toMatchObject(refused);
});

describe('sessions.start', () => {
  test('answers 201 with a room of the sandbox', async () => {
    const { session_token, session_id } = dataOf(await mint());
    const reply = await start(session_token);
    holds('sessions.start', reply, 201);
    const socket = sandbox.liveavatar.baseUrl.replace('http', 'ws');
    const data = { session_id, livekit_url: `${socket}/livekit`, max_session_duration: 1200 };
    expect(reply.json).toMatchObject({ code: 1000, data });
    expect(dataOf(reply)).not.toHaveProperty('ws_url');
  });

  test('gives a socket for audio in LITE, unless an agent speaks', async () => {
    expect((await started({ mode: 'LITE' }))['ws_url']).toMatch(/^ws:.*\/liveavatar\/ws\//);
    const agent = { mode: 'LITE', elevenlabs_agent_config: { secret_id: 's', agent_id: 'a' } };
    expect(await started(agent)).not.toHaveProperty('ws_url');
  });

  test("keeps the caller's own room", async () => {
    expect(await started(liteExample)).toMatchObject({ livekit_url: 'wss://example.livekit.cloud' });
    const swallowed = await started({ livekit_config: liteExample['livekit_config'] });
    expect(swallowed['livekit_url']).toMatch(/\/liveavatar\/livekit$/);
  });

  test('takes the session token alone, and once', async () => {
    const { session_token } = dataOf(await mint());
    const byKey = await call(sandbox, 'liveavatar', 'sessions.start');
    expect(byKey.status).toBe(401);
    expect((await start('made-up')).status).toBe(401);
    expect((await start(session_token)).status).toBe(201);
    expect(await start(session_token)).toMatchObject({ status: 400, json: { code: 400, data: null } });
  });

  test('fails after a good mint for the reserved avatar, and the session can still be stopped', async () => {
    const { session_id, session_token } = dataOf(await mint({ avatar_id: avatarWithFailingStart.value }));
    expect(await start(session_token)).toMatchObject({ status: 500, json: { code: 500, data: null } });
    expect((await stop(session_id)).status).toBe(200);
  });
});

describe('sessions.stop and sessions.keepAlive', () => {
  test('end a session with the reason given, and only once', async () => {
    const { session_id } = await started();
    holds('sessions.keepAlive', await keepAlive(session_id), 200);
    holds('sessions.stop', await stop(session_id, 'USER_DISCONNECTED'), 200);
    holds('sessions.stop', await stop(session_id), 200);
    expect(await get(session_id)).toMatchObject({ end_reason: 'USER_DISCONNECTED' });
    expect(await keepAlive(session_id)).toMatchObject({ status: 400, json: { data: null } });
  });

  test('end a session for no known reason when a body names none', async () => {
    const { session_id } = await started();
    expect((await stop(session_id)).status).toBe(200);
    expect(await get(session_id)).toMatchObject({ end_reason: 'UNKNOWN' });
  });

  test('mean the own session of a token, which needs no body', async () => {
    const { session_id, session_token } = await started();
    const headers = bearer(session_token);
    expect((await call(sandbox, 'liveavatar', 'sessions.keepAlive', { headers })).status).toBe(200);
    const other = await started();
    const body = { session_id: other['session_id'] };
    expect((await call(sandbox, 'liveavatar', 'sessions.stop', { headers, body })).status).toBe(404);
    expect((await call(sandbox, 'liveavatar', 'sessions.stop', { headers })).status).toBe(200);
    expect(await get(session_id)).toMatchObject({ end_reason: 'USER_CLOSED' });
    const unknown = { headers: bearer('made-up') };
    expect((await call(sandbox, 'liveavatar', 'sessions.stop', unknown)).status).toBe(401);
  });

  test('refuse a key without a session, an unknown session, an unknown reason', async () => {
    expect(await stop()).toMatchObject({ status: 422, json: { detail: [{ loc: ['body', 'session_id'] }] } });
    expect(await stop(avatarId)).toMatchObject({ status: 404, json: { code: 404, data: null } });
    expect((await keepAlive(avatarId)).status).toBe(404);
    expect((await stop(avatarId, 'BORED')).status).toBe(422);
  });
});

describe('a session ends by itself', () => {
  test('five minutes after its last keep-alive', async () => {
    const { session_id } = await started();
    await sandbox.clock.advance(4 * MINUTE);
    expect((await keepAlive(session_id)).status).toBe(200);
    await sandbox.clock.advance(4 * MINUTE);
    expect(await get(session_id)).not.toHaveProperty('end_at');
    await sandbox.clock.advance(2 * MINUTE);
    expect(await get(session_id)).toMatchObject({ end_reason: 'IDLE_TIMEOUT', duration: 9 * 60 });
  });

  test('at its maximal duration', async () => {
    const { session_id } = await started({ max_session_duration: 90 });
    await sandbox.clock.advance(2 * MINUTE);
    expect(await get(session_id)).toMatchObject({
      end_reason: 'MAX_DURATION_REACHED',
      duration: 90,
      credits_consumed: 3,
    });
  });

  test('at once when that is below nothing', async () => {
    const { session_id } = await started({ max_session_duration: -1e300 });
    expect(await get(session_id)).toMatchObject({ end_reason: 'MAX_DURATION_REACHED', duration: 0 });
  });

  test('after a minute when it is a sandbox session, and costs nothing', async () => {
    const { session_id, max_session_duration } = await started({ is_sandbox: true });
    expect(max_session_duration).toBe(60);
    await sandbox.clock.advance(MINUTE);
    expect(await get(session_id)).toMatchObject({ end_reason: 'MAX_DURATION_REACHED', credits_consumed: 0 });
  });
});

describe('reading', () => {
  test('lists active and ended sessions by page', async () => {
    const ids: (string | undefined)[] = [];
    for (let i = 0; i < 3; i += 1) ids.unshift((await started())['session_id']);
    await mint();
    const first = await list({ type: 'active', page_size: '2', avatar_id: avatarId });
    holds('sessions.list', first, 200);
    expect(first.json).toMatchObject({
      data: { count: 3, previous: null, results: [{ id: ids[0] }, { id: ids[1] }] },
    });
    const next = await send(dataOf(first)['next'] ?? '', { headers: keyHeader.liveavatar('k') });
    expect(next.json).toMatchObject({ data: { next: null, results: [{ id: ids[2], source: 'API' }] } });
    expect(dataOf(next)['previous']).toContain('page=1');
    await stop(ids[1]);
    expect(await list({ type: 'historic' })).toMatchObject({ json: { data: { count: 1 } } });
    expect(await list({ type: 'active' })).toMatchObject({ json: { data: { count: 2 } } });
    const others = await list({ type: 'active', avatar_id: 'x' });
    expect(others).toMatchObject({ json: { data: { count: 0 } } });
  });

  const context_id = 'c0e0a5b2-7d3e-4b8a-9c64-0e2f1a3b5d77';
  const inContext = { secret_id: 'any-secret', context_id };

  test.each([
    ['FULL', { avatar_persona: { context_id } }],
    ['LITE, by OpenAI’s agent', { mode: 'LITE', openai_realtime_config: inContext }],
    ['LITE, by Gemini’s agent', { mode: 'LITE', gemini_realtime_config: inContext }],
  ])('lists the sessions of one context: %s', async (_mode, body) => {
    const { session_id } = await started(body);
    await started({ openai_realtime_config: inContext });
    const found = await list({ type: 'active', context_id: context_id.toUpperCase() });
    expect(found).toMatchObject({ json: { data: { count: 1, results: [{ id: session_id }] } } });
    const others = await list({ type: 'active', context_id: avatarId });
    expect(others).toMatchObject({ json: { data: { count: 0, results: [] } } });
  });

  test('lists no session of an embed, since none is made here', async () => {
    await started();
    const found = await list({ type: 'active', embed_id: avatarId });
    expect(found).toMatchObject({ json: { data: { count: 0, results: [] } } });
  });

  test('a session that was stopped before its start is in neither list, and does not start', async () => {
    const { session_id, session_token } = dataOf(await mint());
    expect((await stop(session_id)).status).toBe(200);
    for (const type of ['active', 'historic']) {
      expect(await list({ type })).toMatchObject({ json: { data: { count: 0 } } });
    }
    expect(await start(session_token)).toMatchObject({
      status: 400,
      json: { message: 'Session was stopped before it was started' },
    });
  });

  test('refuses a list without its type', async () => {
    expect(await list({})).toMatchObject({ status: 422, json: { detail: [{ loc: ['query', 'type'] }] } });
  });

  test('shows one session and its transcript', async () => {
    const { session_id = '' } = await started();
    const path = { session_id };
    holds('sessions.get', await call(sandbox, 'liveavatar', 'sessions.get', { path }), 200);
    const transcript = await call(sandbox, 'liveavatar', 'sessions.getTranscript', { path });
    holds('sessions.getTranscript', transcript, 200);
    expect(transcript.json).toMatchObject({ data: { session_active: true, transcript_data: [] } });
    const unknown = { path: { session_id: avatarId } };
    expect((await call(sandbox, 'liveavatar', 'sessions.get', unknown)).status).toBe(404);
    expect((await call(sandbox, 'liveavatar', 'sessions.getTranscript', unknown)).status).toBe(404);
    const malformed = { path: { session_id: '%zz' } };
    expect((await call(sandbox, 'liveavatar', 'sessions.get', malformed)).status).toBe(422);
  });

  test('has neither other paths nor other methods, and a literal path is no session id', async () => {
    const { baseUrl } = sandbox.liveavatar;
    expect(await send(`${baseUrl}/v1`)).toMatchObject({ status: 404, json: { detail: 'Not Found' } });
    expect(await send(`${baseUrl}/v1/sessions/token`)).toMatchObject({ status: 405 });
  });
});
