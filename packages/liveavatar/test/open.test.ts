import { createSandbox, type Sandbox } from '@org/sandbox';
import { failureOf } from '@org/vendor-testing';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { isAvatarError, LiveAvatar, type AvatarError } from '../src/index.ts';

let sandbox: Sandbox;
let liveavatar: LiveAvatar;

beforeAll(async () => {
  sandbox = await createSandbox();
  liveavatar = new LiveAvatar({ apiKey: 'good-key', baseUrl: sandbox.liveavatar.baseUrl });
});
beforeEach(() => {
  sandbox.reset();
});
afterAll(async () => {
  await liveavatar.close();
  await sandbox.close();
});

const fails = (call: Promise<unknown>): Promise<AvatarError> => failureOf(call, isAvatarError);
const avatar_id = '3c90c3cc-0d44-4b50-8888-8dd25736052a';
const calls = (): (string | undefined)[] => sandbox.journal().map(({ operation }) => operation);

test('open mints and starts, and the end of the scope stops', async () => {
  let id: string;
  {
    await using session = await liveavatar.sessions.open({ mode: 'LITE', avatar_id });
    id = session.session_id;
    expect(session.livekit_client_token).toMatch(/\S/);
    expect(session.session_token).toMatch(/\S/);
  }
  expect(calls()).toEqual(['sessions.createToken', 'sessions.start', 'sessions.stop']);
  expect(await liveavatar.sessions.get({ session_id: id })).toMatchObject({ end_reason: 'USER_CLOSED' });
});

test('stopping twice stops once', async () => {
  const session = await liveavatar.sessions.open({ avatar_id });
  await Promise.all([session.stop('AGENT_HANG_UP'), session.stop()]);
  await session[Symbol.asyncDispose]();
  expect(calls().filter((operation) => operation === 'sessions.stop')).toHaveLength(1);
  expect(sandbox.journal().at(-1)?.body).toMatchObject({ reason: 'AGENT_HANG_UP' });
});

test('a start that fails is stopped, and its own error is thrown', async () => {
  const error = await fails(liveavatar.sessions.open({ avatar_id: '5a0db0c5-0000-4000-8000-000000000500' }));
  expect(error).toMatchObject({ operation: 'sessions.start', status: 500, attempts: 1 });
  expect(calls()).toEqual(['sessions.createToken', 'sessions.start', 'sessions.stop']);
  expect(sandbox.journal().at(-1)).toMatchObject({ status: 200, body: { reason: 'SERVER_ERROR' } });
});

test('a start whose answer is lost is stopped too: it may be running', async () => {
  sandbox.fail('liveavatar', 'sessions.start', { reset: 'before-answer' });
  const error = await fails(liveavatar.sessions.open({ avatar_id }));
  expect(error).toMatchObject({ code: 'connection', operation: 'sessions.start', attempts: 1 });
  expect(await liveavatar.sessions.list({ type: 'active' })).toMatchObject({ count: 0 });
});

test('a caller who hangs up during the start leaves nothing running', async () => {
  sandbox.fail('liveavatar', 'sessions.start', { stall: 'headers' });
  const controller = new AbortController();
  const opening = liveavatar.sessions.open({ avatar_id }, { signal: controller.signal });
  await vi.waitFor(() => {
    expect(calls()).toContain('sessions.start');
  });
  controller.abort(new Error('closed the tab'));
  const error = await fails(opening);
  expect(error.code).toBe('aborted');
  expect(error.cause).toBe(controller.signal.reason);
  expect(await liveavatar.sessions.list({ type: 'active' })).toMatchObject({ count: 0 });
});

test('when the stop fails as well, the start’s error is the one that is thrown', async () => {
  sandbox.fail('liveavatar', 'sessions.start', { status: 500 });
  sandbox.fail('liveavatar', 'sessions.stop', { status: 403 });
  expect(await fails(liveavatar.sessions.open({ avatar_id }))).toMatchObject({ operation: 'sessions.start' });
});

test('a token that cannot be minted leaves nothing to stop', async () => {
  await using wrong = new LiveAvatar({ apiKey: 'sandbox-invalid-key', baseUrl: sandbox.liveavatar.baseUrl });
  expect(await fails(wrong.sessions.open({ avatar_id }))).toMatchObject({ code: 'invalid_key' });
  expect(calls()).toEqual(['sessions.createToken']);
});

test('the session is kept alive until it is stopped', async () => {
  const session = await liveavatar.sessions.open({ avatar_id }, { keepAliveIntervalMs: 20 });
  await vi.waitFor(() => {
    expect(calls().filter((operation) => operation === 'sessions.keepAlive').length).toBeGreaterThan(2);
  });
  await session.stop();
  const { length } = sandbox.journal();
  await new Promise((resolve) => setTimeout(resolve, 100));
  // One that was under way when the session was stopped may still arrive.
  expect(sandbox.journal().length - length).toBeLessThanOrEqual(1);
});

test('keeping alive fails aloud, and ends when the vendor no longer knows the session', async () => {
  const codes: string[] = [];
  await using session = await liveavatar.sessions.open(
    { avatar_id },
    { keepAliveIntervalMs: 20, onKeepAliveError: ({ code }) => codes.push(code) },
  );
  sandbox.fail('liveavatar', 'sessions.keepAlive', { status: 403 });
  sandbox.fail('liveavatar', 'sessions.keepAlive', { status: 404, times: 100 });
  await vi.waitFor(() => {
    expect(codes).toEqual(['permission_denied', 'not_found']);
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(codes).toHaveLength(2);
  expect(session.session_id).toMatch(/\S/);
});

test.each([0, -1, Number.NaN, 2 ** 31])(
  'an interval of %s is refused before anything is sent',
  async (keepAliveIntervalMs) => {
    const error = await fails(liveavatar.sessions.open({ avatar_id }, { keepAliveIntervalMs }));
    expect(error).toMatchObject({ code: 'configuration', issues: [{ path: 'keepAliveIntervalMs' }] });
    expect(calls()).toEqual([]);
  },
);

test('the token’s extraBody is not sent with the start', async () => {
  await using session = await liveavatar.sessions.open(
    { avatar_id },
    { extraBody: { new_field: 1 }, keepAliveIntervalMs: false },
  );
  expect(session.session_id).toMatch(/\S/);
  expect(sandbox.journal()[0]?.body).toMatchObject({ new_field: 1 });
  expect(sandbox.journal()[1]?.body).toBeUndefined();
});
