import { createSandbox, type Sandbox } from '@org/sandbox';
import { failureOf } from '@org/vendor-testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isAvatarError, Simli, type AvatarError, type ErrorCode } from '../src/index.ts';

let sandbox: Sandbox;
let simli: Simli;

beforeAll(async () => {
  sandbox = await createSandbox();
  simli = new Simli({ apiKey: 'good-key', baseUrl: sandbox.simli.baseUrl });
});
beforeEach(() => {
  sandbox.reset();
});
afterAll(async () => {
  await simli.close();
  await sandbox.close();
});

const fails = (call: Promise<unknown>): Promise<AvatarError> => failureOf(call, isAvatarError);

describe('compose.createToken', () => {
  test('mints with the documented path, header and body', async () => {
    const { session_token } = await simli.compose.createToken({
      faceId: 'a-face',
      maxSessionLength: 600,
      maxIdleTime: 60,
    });
    expect(session_token).toMatch(/\S/);
    const [entry] = sandbox.journal();
    expect(entry).toMatchObject({
      operation: 'compose.createToken',
      method: 'POST',
      path: '/compose/token',
      status: 200,
      body: { faceId: 'a-face', maxSessionLength: 600, maxIdleTime: 60 },
      notes: [],
    });
    expect(Object.keys(entry?.headers ?? {})).toContain('x-simli-api-key');
  });

  test.each<[faceId: string, ErrorCode, vendorCode: string, status: number]>([
    ['sandbox-invalid-face', 'not_found', 'INVALID_FACE_ID', 400],
    ['sandbox-invalid-emotion', 'invalid_request', 'INVALID_EMOTION', 400],
    ['a-face/sandbox-invalid-emotion', 'invalid_request', 'INVALID_EMOTION', 400],
    ['sandbox-billing-error', 'quota_exhausted', 'BILLING_ERROR', 400],
    ['sandbox-missing-billing-info', 'plan_required', 'MISSING_BILLING_INFO', 400],
    ['sandbox-unknown-error', 'vendor_error', 'UNKNOWN_ERROR', 400],
  ])('FAIL TOKEN with 400: %s is %s', async (faceId, code, vendorCode, status) => {
    const error = await fails(simli.compose.createToken({ faceId }));
    expect(error).toMatchObject({ code, vendorCode, status, attempts: 1, stoppedBy: 'not_retryable' });
  });

  test('FAIL TOKEN with 401 is a wrong key', async () => {
    const error = await fails(simli.compose.createToken({ faceId: 'sandbox-fail-token-401' }));
    expect(error).toMatchObject({ code: 'invalid_key', status: 401 });
  });

  test('FAIL TOKEN with 200 is no token', async () => {
    const error = await fails(simli.compose.createToken({ faceId: 'sandbox-fail-token-200' }));
    expect(error).toMatchObject({ code: 'vendor_error', status: 200, vendorCode: 'UNKNOWN_ERROR' });
  });

  test('FAIL TOKEN with 200 and a reason that nobody knows is Simli’s failure', async () => {
    const body = { session_token: 'FAIL TOKEN', detail: 'OUT_OF_TEA' };
    sandbox.fail('simli', 'compose.createToken', { status: 200, body });
    const error = await fails(simli.compose.createToken({ faceId: 'a-face' }));
    expect(error).toMatchObject({
      code: 'vendor_error',
      status: 200,
      vendorMessage: 'OUT_OF_TEA',
      attempts: 1,
    });
  });

  test.each(['sandbox-invalid-key', 'sandbox-invalid-key-with-token'])(
    'the status comes before what looks like a token: %s',
    async (apiKey) => {
      await using wrong = new Simli({ apiKey, baseUrl: sandbox.simli.baseUrl });
      const error = await fails(wrong.compose.createToken({ faceId: 'a-face' }));
      expect(error).toMatchObject({ code: 'invalid_key', status: 401, vendorCode: 'INVALID_API_KEY' });
      expect(JSON.stringify(error)).not.toContain(apiKey);
    },
  );

  test('the 422 array becomes issues', async () => {
    const call = simli.compose.createToken({ faceId: 'a-face' }, { extraBody: { maxIdleTime: 'soon' } });
    const error = await fails(call);
    expect(error).toMatchObject({ code: 'invalid_request', status: 422 });
    expect(error.issues).toMatchObject([{ path: 'maxIdleTime' }]);
    expect(error.vendorMessage).toBeUndefined();
  });

  test.each([
    ['an empty token', { session_token: '' }],
    ['no token', {}],
    ['a token that is no string', { session_token: 7 }],
    ['a list', []],
  ])('a 200 with %s is an invalid response', async (_, body) => {
    sandbox.fail('simli', 'compose.createToken', { status: 200, body });
    const error = await fails(simli.compose.createToken({ faceId: 'a-face' }));
    expect(error).toMatchObject({ code: 'invalid_response', status: 200, stoppedBy: 'not_retryable' });
  });

  test('a misspelt field is named with its nearest, and nothing is sent', async () => {
    const input = { faceId: 'a-face', maxIdelTime: 60 };
    const error = await fails(simli.compose.createToken(input));
    expect(error).toMatchObject({ code: 'invalid_request', attempts: 0, status: undefined });
    expect(error.issues).toEqual([
      { path: 'maxIdelTime', message: 'is not a field of this request; did you mean "maxIdleTime"?' },
    ]);
    expect(sandbox.journal()).toEqual([]);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 1.5])(
    '%s is no number of seconds',
    async (maxIdleTime) => {
      const error = await fails(simli.compose.createToken({ faceId: 'a-face', maxIdleTime }));
      expect(error.issues).toMatchObject([{ path: 'maxIdleTime' }]);
    },
  );

  test('undefined is the same as absent', async () => {
    await simli.compose.createToken({ faceId: 'a-face', maxIdleTime: undefined });
    expect(sandbox.journal()[0]?.body).toEqual({ faceId: 'a-face' });
  });

  test('extraBody passes what the document does not know', async () => {
    await simli.compose.createToken({ faceId: 'a-face' }, { extraBody: { model: 'artalk' } });
    expect(sandbox.journal()[0]).toMatchObject({
      body: { model: 'artalk' },
      notes: ['swallowed: body.model'],
    });
  });

  test('is repeated after a 503, with the same request id', async () => {
    sandbox.fail('simli', 'compose.createToken', { status: 503 });
    const ids: string[] = [];
    await using watched = new Simli({
      apiKey: 'good-key',
      baseUrl: sandbox.simli.baseUrl,
      hooks: { onRequest: ({ requestId }) => ids.push(requestId) },
    });
    await watched.compose.createToken({ faceId: 'a-face' });
    expect(sandbox.journal().map(({ status }) => status)).toEqual([503, 200]);
    expect(new Set(ids).size).toBe(1);
    expect(ids).toHaveLength(2);
  });
});

describe('compose.listIceServers', () => {
  test('answers what a browser’s peer connection takes', async () => {
    const servers = await simli.compose.listIceServers();
    expect(servers.length).toBeGreaterThan(0);
    for (const { urls } of servers) expect(urls).toMatch(/^(stun|turn)s?:/);
    expect(sandbox.journal()[0]).toMatchObject({ method: 'GET', path: '/compose/ice', status: 200 });
  });

  test('a server’s odd user name costs nobody the others', async () => {
    const urls = 'stun:stun.example.org';
    const body = [{ urls, username: null, credential: 7 }, { urls }];
    sandbox.fail('simli', 'compose.listIceServers', { status: 200, body });
    expect(await simli.compose.listIceServers()).toEqual([{ urls }, { urls }]);
  });

  test('takes no fields', async () => {
    const input = { signal: 'misplaced' } as unknown as Record<string, never>;
    const error = await fails(simli.compose.listIceServers(input));
    expect(error.issues).toMatchObject([{ path: 'signal' }]);
  });
});

describe('livekit.startAgentsSession', () => {
  const room = { livekit_token: 'room-token', livekit_url: 'wss://example.livekit.cloud' };

  test('starts with the session token alone, without the API key', async () => {
    const { session_token } = await simli.compose.createToken({ faceId: 'a-face' });
    const started = await simli.livekit.startAgentsSession({ session_token, ...room });
    expect(started.session_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(started.destination).toMatch(/\S/);
    const entry = sandbox.journal()[1];
    expect(entry).toMatchObject({ path: '/integrations/livekit/agents', status: 200 });
    expect(Object.keys(entry?.headers ?? {})).not.toContain('x-simli-api-key');
  });

  test('its 400 speaks another dialect than the token’s', async () => {
    const error = await fails(simli.livekit.startAgentsSession({ session_token: 'never-minted', ...room }));
    expect(error).toMatchObject({ code: 'invalid_request', status: 400, vendorMessage: 'Session Failed' });
    expect(error.vendorCode).toBe('INVALID_SESSION_TOKEN');
  });

  test.each(['constructor', '__proto__'])('a code that every object has a field for: %s', async (code) => {
    sandbox.fail('simli', 'livekit.startAgentsSession', { status: 400, body: { error: 'no', code } });
    const error = await fails(simli.livekit.startAgentsSession({ session_token: 'a-token', ...room }));
    expect(error).toMatchObject({ code: 'invalid_request', vendorCode: code, vendorMessage: 'no' });
  });

  test.each([
    ['a 500', { status: 500 }],
    ['a 503 that does not say when to come back', { status: 503 }],
    ['a broken connection', { reset: 'before-answer' }],
  ] as const)('is not repeated after %s: it may be running, and billed', async (_, fault) => {
    const { session_token } = await simli.compose.createToken({ faceId: 'a-face' });
    sandbox.fail('simli', 'livekit.startAgentsSession', fault);
    const error = await fails(simli.livekit.startAgentsSession({ session_token, ...room }));
    expect(error).toMatchObject({ attempts: 1, stoppedBy: 'not_retryable', retryable: false });
  });

  test('is repeated after a 429: Simli turned it away', async () => {
    const { session_token } = await simli.compose.createToken({ faceId: 'a-face' });
    sandbox.fail('simli', 'livekit.startAgentsSession', { status: 429 });
    await simli.livekit.startAgentsSession({ session_token, ...room });
    expect(sandbox.journal().map(({ status }) => status)).toEqual([200, 429, 200]);
  });
});
