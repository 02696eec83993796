import { createSandbox, type Sandbox } from '@org/sandbox';
import { failureOf } from '@org/vendor-testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  isAvatarError,
  isSessionOver,
  LiveAvatar,
  type AvatarError,
  type CreateTokenInput,
  type ErrorCode,
  type FetchLike,
} from '../src/index.ts';

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
const reserved = (ending: string): string => `5a0db0c5-0000-4000-8000-${ending.padStart(12, '0')}`;

describe('sessions.createToken', () => {
  test('mints with the documented path, header and body', async () => {
    const minted = await liveavatar.sessions.createToken({
      mode: 'FULL',
      avatar_id,
      max_session_duration: 600,
    });
    expect(minted.session_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(minted.session_token).toMatch(/\S/);
    const [entry] = sandbox.journal();
    expect(entry).toMatchObject({
      operation: 'sessions.createToken',
      method: 'POST',
      path: '/v1/sessions/token',
      status: 200,
      body: { mode: 'FULL', avatar_id, max_session_duration: 600 },
      notes: [],
    });
    expect(Object.keys(entry?.headers ?? {})).toContain('x-api-key');
  });

  test.each<[string, number, ErrorCode, string]>([
    ['4010', 200, 'plan_required', '4010'],
    ['4032', 200, 'concurrency_limit', '4032'],
    ['4033', 200, 'quota_exhausted', '4033'],
    ['4003', 403, 'concurrency_limit', '4003'],
  ])('a 200 with an error code and no data, and its like: %s', async (ending, status, code, vendorCode) => {
    const error = await fails(liveavatar.sessions.createToken({ avatar_id: reserved(ending) }));
    expect(error).toMatchObject({ status, code, vendorCode, attempts: 1, stoppedBy: 'not_retryable' });
    expect(error.vendorMessage).toMatch(/\w/);
  });

  test('codes 100 and 1000 are both success', async () => {
    await liveavatar.sessions.createToken({ avatar_id });
    await liveavatar.sessions.createToken({ avatar_id: reserved('100') });
    expect(sandbox.journal().map(({ status }) => status)).toEqual([200, 200]);
  });

  test('an answer without the envelope, as the quick start prints it, is success too', async () => {
    const body = { session_id: avatar_id, session_token: 'bare' };
    sandbox.fail('liveavatar', 'sessions.createToken', { status: 200, body });
    expect(await liveavatar.sessions.createToken({ avatar_id })).toEqual(body);
  });

  test('an envelope whose data is a list says why in it', async () => {
    sandbox.fail('liveavatar', 'sessions.createToken', {
      status: 400,
      body: { code: 4000, data: [{ message: 'not supported in sandbox' }], message: null },
    });
    const error = await fails(liveavatar.sessions.createToken({ avatar_id }));
    expect(error).toMatchObject({ code: 'invalid_request', vendorMessage: 'not supported in sandbox' });
  });

  test('HTML from a proxy keeps its status and shows no page', async () => {
    const call = liveavatar.sessions.createToken({ avatar_id: reserved('502') }, { maxAttempts: 1 });
    const error = await fails(call);
    expect(error).toMatchObject({ code: 'vendor_unavailable', status: 502 });
    expect(error.message).toContain('an HTML page');
    expect(`${error.message}${JSON.stringify(error)}`).not.toContain('<');
  });

  test('a 429 says how long to wait', async () => {
    const error = await fails(
      liveavatar.sessions.createToken({ avatar_id: reserved('429') }, { maxAttempts: 1 }),
    );
    expect(error).toMatchObject({
      code: 'rate_limited',
      status: 429,
      retryAfterMs: 1_000,
      stoppedBy: 'attempts',
    });
  });

  test('the 422 array becomes issues', async () => {
    const call = liveavatar.sessions.createToken(
      { avatar_id },
      { extraBody: { video_settings: { quality: '8k' } } },
    );
    const error = await fails(call);
    expect(error).toMatchObject({ code: 'invalid_request', status: 422 });
    expect(error.issues).toMatchObject([{ path: 'video_settings.quality' }]);
  });

  test('a wrong key is told, and not shown', async () => {
    await using wrong = new LiveAvatar({
      apiKey: 'sandbox-invalid-key',
      baseUrl: sandbox.liveavatar.baseUrl,
    });
    const error = await fails(wrong.sessions.createToken({ avatar_id }));
    expect(error).toMatchObject({ code: 'invalid_key', status: 401 });
    expect(JSON.stringify(error)).not.toContain('sandbox-invalid-key');
  });
});

describe('the vendor’s documented example', () => {
  const example: CreateTokenInput = {
    avatar_id,
    mode: 'FULL',
    is_sandbox: false,
    video_settings: { quality: 'high', encoding: 'H264' },
    max_session_duration: 123,
    interactivity_type: 'CONVERSATIONAL',
    llm_configuration_id: avatar_id,
    dynamic_variables: {},
    memory: { prev_session_id: avatar_id, session_memory_id: avatar_id },
  };
  const avatar_persona = {
    voice_id: avatar_id,
    context_id: avatar_id,
    language: 'en',
    voice_settings: {
      provider: 'elevenLabs',
      speed: 1,
      stability: 0.75,
      similarity_boost: 0.75,
      style: 0,
      use_speaker_boost: true,
      model: 'eleven_flash_v2_5',
      apply_language_text_normalization: false,
    },
    stt_config: {},
  } as const;
  const voice_agent = { id: avatar_id, language: '<string>', dynamic_variables: {} };

  test('is refused as it stands: its two personas exclude each other by its own text', async () => {
    const error = await fails(liveavatar.sessions.createToken({ ...example, avatar_persona, voice_agent }));
    expect(error.issues).toEqual([
      { path: 'voice_agent', message: 'cannot be combined with "avatar_persona": send one or the other' },
    ]);
    expect(sandbox.journal()).toEqual([]);
  });

  test.each([
    ['avatar_persona', { avatar_persona }],
    ['voice_agent', { voice_agent }],
  ])('is accepted with %s alone', async (_, persona) => {
    await liveavatar.sessions.createToken({ ...example, ...persona });
    expect(sandbox.journal()[0]).toMatchObject({ status: 200, notes: [] });
  });
});

describe('the check', () => {
  test.each<[string, object, string, string]>([
    [
      'half of livekit_config',
      { mode: 'LITE', livekit_config: { livekit_url: 'wss://x', livekit_room: 'r' } },
      'livekit_config.livekit_client_token',
      'is required: livekit_url, livekit_room and livekit_client_token are sent together or not at all',
    ],
    [
      'a LITE field in FULL',
      { mode: 'FULL', livekit_config: { livekit_url: 'u', livekit_room: 'r', livekit_client_token: 't' } },
      'livekit_config',
      'goes with mode LITE, and the mode of this request is another',
    ],
    ['an unknown mode', { mode: 'HALF' }, 'mode', 'must be one of "FULL", "LITE", "CUSTOM"'],
    [
      'a misspelt field',
      { avatarId: avatar_id },
      'avatarId',
      'is not a field of this request; did you mean "avatar_id"?',
    ],
    [
      '51 variables',
      { dynamic_variables: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`v${i}`, ''])) },
      'dynamic_variables',
      'must have at most 50 entries',
    ],
    [
      'a long value',
      { dynamic_variables: { v: 'x'.repeat(1001) } },
      'dynamic_variables.v',
      'must be at most 1000 characters',
    ],
  ])('names the field and the rule for %s', async (_, fields, path, message) => {
    const error = await fails(liveavatar.sessions.createToken({ avatar_id, ...fields }));
    expect(error).toMatchObject({ code: 'invalid_request', attempts: 0 });
    expect(error.issues).toContainEqual({ path, message });
  });

  test('characters are counted as LiveAvatar counts them, not as UTF-16', async () => {
    await liveavatar.sessions.createToken({ avatar_id, dynamic_variables: { v: '😀'.repeat(1000) } });
    expect(sandbox.journal()[0]?.status).toBe(200);
  });
});

test('4003 is read as too many sessions only with 403', async () => {
  sandbox.fail('liveavatar', 'sessions.createToken', { status: 400, body: { code: 4003, message: 'no' } });
  const error = await fails(liveavatar.sessions.createToken({ avatar_id }));
  expect(error).toMatchObject({ code: 'invalid_request', status: 400, vendorCode: '4003' });
});

describe('a session’s life', () => {
  test('token, start with 201, keep-alive, list, get, transcript, stop', async () => {
    const { sessions } = liveavatar;
    const { session_id, session_token } = await sessions.createToken({ mode: 'LITE', avatar_id });
    const started = await sessions.start({ session_token });
    expect(started).toMatchObject({ session_id, livekit_url: expect.stringMatching(/^ws/) as string });
    expect(started.ws_url).toMatch(/^ws/);
    await sessions.keepAlive({ session_id });
    expect((await sessions.list({ type: 'active' })).results.map(({ id }) => id)).toEqual([session_id]);
    expect((await sessions.get({ session_id })).mode).toBe('LITE');
    expect((await sessions.getTranscript({ session_id, start_timestamp: 0 })).transcript_data).toEqual([]);
    await sessions.stop({ session_id, reason: 'USER_CLOSED' });
    expect(await sessions.list({ type: 'active', page: 1, page_size: 10 })).toMatchObject({
      count: 0,
      results: [],
    });
    expect((await sessions.get({ session_id })).end_reason).toBe('USER_CLOSED');
    expect(sandbox.journal().map(({ method, path, status }) => `${method} ${path} ${status}`)).toEqual([
      'POST /v1/sessions/token 200',
      'POST /v1/sessions/start 201',
      'POST /v1/sessions/keep-alive 200',
      'GET /v1/sessions 200',
      `GET /v1/sessions/${session_id} 200`,
      `GET /v1/sessions/${session_id}/transcript 200`,
      'POST /v1/sessions/stop 200',
      'GET /v1/sessions 200',
      `GET /v1/sessions/${session_id} 200`,
    ]);
  });

  test('a transcript is read on from wherever the last one ended', async () => {
    const transcript = { session_active: true, next_timestamp: 1732218000.123, transcript_data: [] };
    const paths: string[] = [];
    const fetch: FetchLike = (url) => {
      paths.push(url);
      return Promise.resolve(Response.json({ code: 1000, data: transcript }));
    };
    await using other = new LiveAvatar({ apiKey: 'good-key', fetch });
    const session_id = 'a-session';
    const { next_timestamp } = await other.sessions.getTranscript({ session_id });
    await other.sessions.getTranscript({ session_id, start_timestamp: next_timestamp });
    expect(paths.at(-1)).toMatch(/\?start_timestamp=1732218000\.123$/);
  });

  test('the start carries the session token and no API key', async () => {
    const { session_token } = await liveavatar.sessions.createToken({ avatar_id });
    await liveavatar.sessions.start({ session_token });
    const headers = Object.keys(sandbox.journal()[1]?.headers ?? {});
    expect(headers).toContain('authorization');
    expect(headers).not.toContain('x-api-key');
  });

  test('a session that nobody knows is not found', async () => {
    const error = await fails(liveavatar.sessions.get({ session_id: avatar_id }));
    expect(error).toMatchObject({ code: 'not_found', status: 404 });
  });

  /** What promises data, and what promises none, answered with 200 and this. */
  async function expectFailures(body: object, failure: object): Promise<void> {
    const { sessions } = liveavatar;
    for (const operation of ['sessions.createToken', 'sessions.keepAlive', 'sessions.stop'] as const) {
      sandbox.fail('liveavatar', operation, { status: 200, body });
    }
    expect(await fails(sessions.createToken({ avatar_id }))).toMatchObject(failure);
    expect(await fails(sessions.keepAlive({ session_id: avatar_id }))).toMatchObject(failure);
    expect(await fails(sessions.stop({ session_id: avatar_id }))).toMatchObject(failure);
  }

  test.each([
    ['without data', null],
    ['with data that is empty', {}],
    ['with a list', [{ message: 'no' }]],
  ])('an error code in a 200 %s is LiveAvatar’s failure', async (_, data) => {
    await expectFailures(
      { code: 4404, data, message: 'Session not found' },
      {
        code: 'vendor_error',
        status: 200,
        vendorCode: '4404',
        vendorMessage: 'Session not found',
        attempts: 1,
      },
    );
  });

  test('an error code in a 200 beside fields that were not asked for is LiveAvatar’s failure', async () => {
    await expectFailures(
      { code: 4032, data: { active_sessions: 3 }, message: 'Session concurrency limit reached' },
      {
        code: 'concurrency_limit',
        status: 200,
        vendorCode: '4032',
        vendorMessage: 'Session concurrency limit reached',
        issues: undefined,
      },
    );
  });

  test('a code that nobody knows, beside the data that is promised, is success', async () => {
    const data = { session_id: avatar_id, session_token: 'a-token' };
    sandbox.fail('liveavatar', 'sessions.createToken', { status: 200, body: { code: 200, data } });
    expect(await liveavatar.sessions.createToken({ avatar_id })).toEqual(data);
  });

  test.each(['constructor', '__proto__'])('a code that every object has a field for: %s', async (code) => {
    sandbox.fail('liveavatar', 'sessions.stop', { status: 400, body: { code, data: null, message: 'no' } });
    const error = await fails(liveavatar.sessions.stop({ session_id: avatar_id }));
    expect(error).toMatchObject({ code: 'invalid_request', vendorCode: code, vendorMessage: 'no' });
  });

  test.each([
    ['204', 204, ''],
    ['an empty 200', 200, ''],
    ['no data in the envelope', 200, { code: 100, data: null, message: 'ok' }],
  ])('a stop and a keep-alive are done with %s: nothing more is promised', async (_, status, body) => {
    sandbox.fail('liveavatar', 'sessions.stop', { status, body });
    sandbox.fail('liveavatar', 'sessions.keepAlive', { status, body });
    await liveavatar.sessions.stop({ session_id: avatar_id });
    await liveavatar.sessions.keepAlive({ session_id: avatar_id });
    expect(sandbox.journal().map((entry) => entry.status)).toEqual([status, status]);
  });

  test('what the start promises must be there', async () => {
    const { session_token } = await liveavatar.sessions.createToken({ avatar_id });
    sandbox.fail('liveavatar', 'sessions.start', {
      status: 201,
      body: { code: 1000, data: { session_id: avatar_id, livekit_url: 'ws://x' }, message: 'ok' },
    });
    const error = await fails(liveavatar.sessions.start({ session_token }));
    expect(error).toMatchObject({ code: 'invalid_response', issues: [{ path: 'livekit_client_token' }] });
  });

  test('what the start only may say costs nothing when it is odd', async () => {
    const { session_token } = await liveavatar.sessions.createToken({ avatar_id });
    const data = {
      session_id: avatar_id,
      livekit_url: 'ws://x',
      livekit_client_token: 't',
      ws_url: null,
      mood: 1,
    };
    sandbox.fail('liveavatar', 'sessions.start', { status: 201, body: { code: 1000, data, message: 'ok' } });
    const started = await liveavatar.sessions.start({ session_token });
    expect(started.ws_url).toBeUndefined();
    expect(started).toMatchObject({ livekit_url: 'ws://x', mood: 1 });
  });
});

describe('isSessionOver', () => {
  test('of what LiveAvatar says of a session that runs no more, and of nothing else', async () => {
    const { session_id, session_token } = await liveavatar.sessions.createToken({ mode: 'FULL', avatar_id });
    await liveavatar.sessions.start({ session_token });
    await liveavatar.sessions.stop({ session_id });
    expect(isSessionOver(await fails(liveavatar.sessions.keepAlive({ session_id })))).toBe(true);
    const unknown = { session_id: crypto.randomUUID() };
    expect(isSessionOver(await fails(liveavatar.sessions.stop(unknown)))).toBe(true);
    expect(isSessionOver(await fails(liveavatar.sessions.stop({ session_id: '' })))).toBe(false);
    expect(isSessionOver(new Error('400'))).toBe(false);
  });
});
