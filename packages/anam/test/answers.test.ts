import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSandbox, type Sandbox } from '@org/sandbox';
import { failureOf } from '@org/vendor-testing';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  Anam,
  isAvatarError,
  type AvatarError,
  type CreateSessionTokenInput,
  type ErrorCode,
} from '../src/index.ts';

let sandbox: Sandbox;
let anam: Anam;

beforeAll(async () => {
  sandbox = await createSandbox();
  anam = new Anam({ apiKey: 'good-key', baseUrl: sandbox.anam.baseUrl });
});
beforeEach(() => {
  sandbox.reset();
});
afterAll(async () => {
  await anam.close();
  await sandbox.close();
});

const fails = (call: Promise<unknown>): Promise<AvatarError> => failureOf(call, isAvatarError);
const persona = (personaId: string): CreateSessionTokenInput => ({ personaConfig: { personaId } });

/** An unsigned JWT with these claims. */
function jwt(claims: object): string {
  return ['{"alg":"none"}', JSON.stringify(claims), '']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
}

describe('sessionTokens.create', () => {
  test('mints with the documented path, header and body', async () => {
    const { sessionToken } = await anam.sessionTokens.create(persona('a-persona'));
    expect(sessionToken.split('.')).toHaveLength(3);
    const [entry] = sandbox.journal();
    expect(entry).toMatchObject({
      operation: 'sessionTokens.create',
      method: 'POST',
      path: '/v1/auth/session-token',
      status: 200,
      body: { personaConfig: { personaId: 'a-persona' } },
      notes: [],
    });
    expect(Object.keys(entry?.headers ?? {})).toContain('authorization');
  });

  test.each<[personaId: string, status: number, code: ErrorCode, error: string]>([
    ['sandbox-concurrent-session-limit', 429, 'concurrency_limit', 'Concurrent session limit reached'],
    ['sandbox-spend-cap', 429, 'quota_exhausted', 'Spend cap reached'],
    ['sandbox-usage-limit', 429, 'quota_exhausted', 'Usage limit reached'],
    ['sandbox-plan-required', 402, 'plan_required', 'Payment Required'],
    ['sandbox-forbidden', 403, 'permission_denied', 'Forbidden'],
  ])('Anam’s three 429s and its refusals are told apart: %s', async (personaId, status, code, vendorCode) => {
    const error = await fails(anam.sessionTokens.create(persona(personaId)));
    expect(error).toMatchObject({ status, code, vendorCode, attempts: 1, stoppedBy: 'not_retryable' });
    // `error` is the code, `message` is for a person.
    expect(error.vendorMessage).toMatch(/\w+ \w+/);
    expect(error.vendorMessage).not.toBe(vendorCode);
  });

  test.each(['constructor', '__proto__'])('a text that every object has a field for: %s', async (text) => {
    sandbox.fail('anam', 'sessionTokens.create', { status: 429, body: { error: text } });
    const error = await fails(anam.sessionTokens.create(persona('a-persona')));
    expect(error).toMatchObject({ code: 'quota_exhausted', vendorCode: text });
  });

  test('a 429 without a text is a rate limit, and worth a repeat', async () => {
    sandbox.fail('anam', 'sessionTokens.create', { status: 429, body: {} });
    await anam.sessionTokens.create(persona('a-persona'));
    expect(sandbox.journal().map(({ status }) => status)).toEqual([429, 200]);
  });

  test.each<[string, ErrorCode, number]>([
    ['Too many requests', 'rate_limited', 2],
    ['Spend cap reached', 'quota_exhausted', 1],
  ])('a 429 that names a wait: %s', async (error, code, attempts) => {
    const server = createServer((_, response) => {
      response.writeHead(429, { 'retry-after': '0' }).end(JSON.stringify({ error }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    await using other = new Anam({ apiKey: 'good-key', baseUrl: `http://127.0.0.1:${port}` });
    const call = other.sessionTokens.create(persona('a-persona'), { maxAttempts: 2 });
    expect(await fails(call)).toMatchObject({ code, vendorCode: error, attempts });
  });

  test('the plain-text 500 is repeated once and not again', async () => {
    const error = await fails(anam.sessionTokens.create(persona('sandbox-plain-text-500')));
    expect(error).toMatchObject({ code: 'vendor_error', status: 500, attempts: 2, stoppedBy: 'attempts' });
    expect(error.message).toContain('Internal Server Error');
  });

  test('503 is the vendor’s unavailability', async () => {
    const call = anam.sessionTokens.create(persona('sandbox-no-engines'), { maxAttempts: 1 });
    expect(await fails(call)).toMatchObject({ code: 'vendor_unavailable', status: 503, retryable: true });
  });

  test('401 is a wrong key, and the key is not in the error', async () => {
    await using wrong = new Anam({ apiKey: 'sandbox-invalid-key', baseUrl: sandbox.anam.baseUrl });
    const error = await fails(wrong.sessionTokens.create(persona('a-persona')));
    expect(error).toMatchObject({ code: 'invalid_key', status: 401, attempts: 1 });
    expect(JSON.stringify(error)).not.toContain('sandbox-invalid-key');
  });

  test('400 is a request that Anam refused', async () => {
    const call = anam.sessionTokens.create(persona('a-persona'), { extraBody: { clientLabel: 7 } });
    expect(await fails(call)).toMatchObject({ code: 'invalid_request', status: 400, attempts: 1 });
  });

  test.each([
    ['no token', {}],
    ['an empty one', { sessionToken: '' }],
    ['one that is no string', { sessionToken: null }],
  ])('a 200 with %s is an invalid response', async (_, body) => {
    sandbox.fail('anam', 'sessionTokens.create', { status: 200, body });
    const error = await fails(anam.sessionTokens.create(persona('a-persona')));
    expect(error).toMatchObject({ code: 'invalid_response', issues: [{ path: 'sessionToken' }] });
  });
});

describe('expiresAt', () => {
  const answer = (sessionToken: string, headers: Record<string, string> = {}): void => {
    sandbox.fail('anam', 'sessionTokens.create', { status: 200, body: { sessionToken }, headers });
  };
  const expiry = async (): Promise<string> =>
    (await anam.sessionTokens.create(persona('a-persona'))).expiresAt.toISOString();

  test('is the token’s own exp', async () => {
    answer(jwt({ exp: Date.UTC(2030, 0, 2) / 1_000, name: 'Zoë ÿ' }));
    expect(await expiry()).toBe('2030-01-02T00:00:00.000Z');
  });

  test.each([
    ['no exp, like the document’s example', jwt({ sessionId: '00000000-0000-0000-0000-000000000000' })],
    ['an exp that is no number', jwt({ exp: 'tomorrow' })],
    ['an exp beyond all dates', jwt({ exp: 1e300 })],
    ['no claims', 'not.a-jwt.at-all'],
    ['no shape at all', 'opaque'],
  ])('is an hour after Anam’s own Date when the token has %s', async (_, token) => {
    answer(token, { date: 'Wed, 02 Jan 2030 10:00:00 GMT' });
    expect(await expiry()).toBe('2030-01-02T11:00:00.000Z');
  });
});

describe('sessions', () => {
  /** What a browser does: begins the session of a token, and learns its id. */
  async function begin(): Promise<string> {
    const { sessionToken } = await anam.sessionTokens.create(persona('a-persona'));
    const answer = await fetch(`${sandbox.anam.baseUrl}/v1/engine/session`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sessionToken}`, 'content-type': 'application/json' },
      body: '{}',
    });
    return ((await answer.json()) as { sessionId: string }).sessionId;
  }

  test('one is looked up, stopped, and then on record as over', async () => {
    const id = await begin();
    const running = await anam.sessions.get({ id });
    expect(running).toMatchObject({ id, personaId: 'a-persona' });
    expect(running.endTime).toBeUndefined();
    await anam.sessions.stop({ id });
    expect((await anam.sessions.get({ id })).endTime).toMatch(/^\d{4}-\d\d-\d\dT/);
    const asked = sandbox.journal().slice(2);
    expect(asked.map(({ method, path, notes }) => ({ method, path, notes }))).toEqual([
      { method: 'GET', path: `/v1/sessions/${id}`, notes: [] },
      { method: 'POST', path: `/v1/sessions/${id}/stop`, notes: [] },
      { method: 'GET', path: `/v1/sessions/${id}`, notes: [] },
    ]);
  });

  test('one that the account does not have is not found', async () => {
    const id = '071b0286-4cce-4808-bee2-e642f1062de3';
    expect(await fails(anam.sessions.get({ id }))).toMatchObject({ code: 'not_found', status: 404 });
    expect(await fails(anam.sessions.stop({ id }))).toMatchObject({ code: 'not_found', status: 404 });
  });

  test('a record needs hold nothing that was promised, since none of it is proven', async () => {
    sandbox.fail('anam', 'sessions.get', { status: 200, body: { id: null, endTime: null, engineHost: 'e' } });
    expect(await anam.sessions.get({ id: 'any' })).toEqual({ engineHost: 'e' });
  });

  test('an empty id is a variable that was never set', async () => {
    const error = await fails(anam.sessions.stop({ id: '' }));
    expect(error).toMatchObject({ issues: [{ path: 'id', message: 'must not be empty' }], attempts: 0 });
  });
});

describe('the check', () => {
  test.each<[string, unknown, string, string]>([
    [
      'both kinds of persona',
      { personaId: 'p', name: 'Cara' },
      'personaConfig.name',
      'cannot be combined with "personaId"',
    ],
    [
      'a misspelt field',
      { avatrId: 'a' },
      'personaConfig.avatrId',
      'is not a field of this request; did you mean "avatarId"?',
    ],
    [
      'a sensitivity above 1',
      { voiceDetectionOptions: { endOfSpeechSensitivity: 1.1 } },
      'personaConfig.voiceDetectionOptions.endOfSpeechSensitivity',
      'must be at most 1',
    ],
    [
      'fields of two engines',
      { voiceGenerationOptions: { stability: 0.5, volume: 1 } },
      'personaConfig.voiceGenerationOptions.volume',
      'cannot be combined with "stability"',
    ],
    [
      'a speed that no engine has',
      { voiceGenerationOptions: { stability: 0.5, speed: 2 } },
      'personaConfig.voiceGenerationOptions.speed',
      'must be at most 1.2',
    ],
  ])('names the field and the rule for %s', async (_, personaConfig, path, message) => {
    const error = await fails(anam.sessionTokens.create({ personaConfig } as CreateSessionTokenInput));
    expect(error).toMatchObject({ code: 'invalid_request', attempts: 0 });
    expect(error.issues).toContainEqual({ path, message });
    expect(sandbox.journal()).toEqual([]);
  });

  test('the vendor’s documented example is accepted', async () => {
    await anam.sessionTokens.create({
      personaConfig: {
        name: 'Cara',
        avatarId: '071b0286-4cce-4808-bee2-e642f1062de3',
        voiceId: 'de23e340-1416-4dd8-977d-065a7ca11697',
        llmId: 'a7cf662c-2ace-4de1-a21e-ef0fbf144bb7',
        systemPrompt: 'You are a helpful assistant.',
      },
    });
    expect(sandbox.journal()[0]).toMatchObject({ status: 200, notes: [] });
  });
});
