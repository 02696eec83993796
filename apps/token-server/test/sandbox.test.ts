import { createSandbox, type Sandbox } from '@org/sandbox';
import { Secret } from '@org/core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { askForSession } from './ask.ts';
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
