import { createSandbox, type Sandbox } from '@org/sandbox';
import { Secret } from '@org/core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ask, askForSession } from './ask.ts';
import { start, type Started } from './start.ts';

let sandbox: Sandbox;
let started: Started;

beforeAll(async () => {
  sandbox = await createSandbox();
  const apiKey = new Secret('any-key');
  started = await start({
    simli: { apiKey, baseUrl: sandbox.simli.baseUrl },
    anam: { apiKey, baseUrl: sandbox.anam.baseUrl },
    liveavatar: { apiKey, baseUrl: sandbox.liveavatar.baseUrl },
  });
});
afterAll(async () => {
  await started[Symbol.asyncDispose]();
  await sandbox.close();
});
afterEach(() => {
  sandbox.reset();
});

test.each([
  ['simli-greeter', ['GET /compose/ice', 'POST /compose/token']],
  ['anam-guide', ['POST /v1/auth/session-token']],
  ['liveavatar-host', ['POST /v1/sessions/token']],
])('the example %s is granted by the vendor’s own contract', async (preset, calls) => {
  const { status, json } = await askForSession(started.url, { preset });
  expect([status, json]).toMatchObject([201, { preset, token: expect.any(String) as string }]);
  const journal = sandbox.journal();
  expect(journal.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(calls);
  // A note says that the vendor would have swallowed something that it does not understand.
  expect(journal.flatMap(({ notes }) => notes)).toEqual([]);
});

test('a vendor that stumbles once is asked again', async () => {
  sandbox.fail('anam', 'sessionTokens.create', { status: 503 });
  expect((await askForSession(started.url, { preset: 'anam-guide' })).status).toBe(201);
  expect(sandbox.journal().map(({ status }) => status)).toEqual([503, 200]);
});

test('a vendor without a free session is our 503', async () => {
  const body = { error: 'Concurrent session limit reached' };
  sandbox.fail('anam', 'sessionTokens.create', { status: 429, body });
  const { status, json } = await askForSession(started.url, { preset: 'anam-guide' });
  expect([status, json]).toMatchObject([503, { code: 'vendor_busy' }]);
});

test('a session of Anam’s that a page has begun and named is stopped there', async () => {
  const { json } = await askForSession(started.url, { preset: 'anam-guide' });
  const { id, token } = json as { id: string; token: string };
  const begun = await fetch(`${sandbox.anam.baseUrl}/v1/engine/session`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  const { sessionId } = (await begun.json()) as { sessionId: string };
  const session = `${started.url}/v1/sessions/${id}`;
  await ask(`${session}/heartbeat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ vendorSessionId: sessionId }),
  });
  await expect.poll(async () => (await ask(session)).json).toMatchObject({ canStop: true });
  await ask(session, { method: 'DELETE' });
  expect(
    sandbox
      .journal()
      .map(({ method, path, status }) => `${method} ${path} ${status}`)
      .slice(-2),
  ).toEqual([`GET /v1/sessions/${sessionId} 200`, `POST /v1/sessions/${sessionId}/stop 200`]);
});
