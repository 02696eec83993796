import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { call, keyHeader, payloadOf, send, type Reply } from '../../../test/call.ts';
import { manualClock } from '../../../test/manual-clock.ts';
import { anamExample, avatarId } from '../../../test/vendor-examples.ts';
import { answerViolations } from '../../contracts/check.ts';
import { createSandbox, type Sandbox } from '../../index.ts';
import { anamPersonas } from './reserved.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ clock: manualClock(), anam: { mintLimit: 3 } });
});
beforeEach(() => {
  sandbox.reset();
});
afterAll(() => sandbox.close());

const create = (body: unknown, headers?: Record<string, string>): Promise<Reply> =>
  call(sandbox, 'anam', 'sessionTokens.create', { body, ...(headers && { headers }) });

const tokenOf = ({ json }: Reply): string => (json as { sessionToken: string }).sessionToken;

test('mints a token that a browser SDK can read, good for an hour', async () => {
  const reply = await create(anamExample);
  expect(reply.status).toBe(200);
  expect(answerViolations('anam', 'sessionTokens.create', 200, reply.json)).toEqual([]);
  const token = tokenOf(reply);
  expect(token.split('.')).toHaveLength(3);
  const payload = payloadOf(token);
  expect(payload).toMatchObject({ type: 'ephemeral' });
  expect(Object.keys(payload).sort()).toEqual(['accountId', 'exp', 'iat', 'sessionId', 'type']);
  expect(Number(payload['exp']) - Number(payload['iat'])).toBe(3600);
  expect(payload['iat']).toBe(Math.floor(sandbox.clock.now() / 1000));
  // The SDK decodes with atob, which knows neither of base64url's own two characters.
  expect(token.split('.')[1]).not.toMatch(/[-_]/);
});

test('calls a stored persona stateful', async () => {
  const reply = await create({ personaConfig: { personaId: 'p' } });
  expect(payloadOf(tokenOf(reply))).toMatchObject({ type: 'stateful' });
});

const reserved = anamPersonas.map(({ value, answer }) => ({ value, answer }));

test.each(reserved)('answers $value as persona and as avatar', async ({ value, answer }) => {
  for (const personaConfig of [{ personaId: value }, { avatarId: value }]) {
    const { status, json, text } = await create({ personaConfig });
    expect(status).toBe(answer.status);
    expect(typeof answer.body === 'string' ? text : json).toEqual(answer.body);
  }
});

test('sends the text 500 as text', async () => {
  const { headers } = await create({ personaConfig: { personaId: 'sandbox-plain-text-500' } });
  expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
});

test('counts mints against the limit', async () => {
  for (let i = 0; i < 3; i += 1) expect(await create({})).toMatchObject({ status: 200 });
  expect(await create({})).toMatchObject({ status: 429, json: { error: 'Usage limit reached' } });
});

test.each([
  [{ personaConfig: { avatarModel: 'x' } }, 'personaConfig.avatarModel'],
  ['not JSON', 'is not JSON'],
  [undefined, 'Field required'],
])('refuses %j with 400', async (body, words) => {
  const reply = await create(body);
  expect(reply).toMatchObject({ status: 400, json: { error: 'Bad Request' } });
  expect((reply.json as { message: string }).message).toContain(words);
});

test.each([
  ['no key', {}, 401],
  ['a key in another header', keyHeader.simli('k'), 401],
  ['a key without its scheme', { authorization: 'key' }, 401],
  ['the reserved key', keyHeader.anam('sandbox-invalid-key'), 401],
  ['the key without the permission', keyHeader.anam('sandbox-forbidden-key'), 403],
])('refuses %s', async (_case, headers, status) => {
  const reply = await create(anamExample, headers);
  expect(reply.status).toBe(status);
  expect(reply.json).toHaveProperty('message');
});

test('takes no session token for an API key', async () => {
  const headers = keyHeader.anam(tokenOf(await create({})));
  const refused = { status: 401, json: { error: 'Unauthorized' } };
  expect(await create({}, headers)).toMatchObject(refused);
  const path = { id: avatarId };
  expect(await call(sandbox, 'anam', 'sessions.get', { path, headers })).toMatchObject(refused);
  expect(await call(sandbox, 'anam', 'sessions.stop', { path, headers })).toMatchObject(refused);
});

test('does not look at what stands beside a stored persona', async () => {
  const personaConfig = { personaId: 'p', avatarId: 'sandbox-spend-cap', maxSessionLengthSeconds: 'x' };
  expect(await create({ personaConfig })).toMatchObject({ status: 200 });
  expect(sandbox.journal().at(-1)?.notes).toEqual([
    'swallowed: body.personaConfig.avatarId',
    'swallowed: body.personaConfig.maxSessionLengthSeconds',
  ]);
});

test('has neither other paths nor other methods', async () => {
  const { baseUrl } = sandbox.anam;
  expect(await send(`${baseUrl}/v1/auth`)).toMatchObject({ status: 404, json: { error: 'Not Found' } });
  expect(await send(`${baseUrl}/v1/auth/session-token`)).toMatchObject({ status: 405 });
});
