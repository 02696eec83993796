import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { call, send, type Reply } from '../../test/call.ts';
import { manualClock } from '../../test/manual-clock.ts';
import { createSandbox, type Sandbox } from '../index.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ clock: manualClock() });
});
beforeEach(() => {
  sandbox.reset();
});
afterAll(() => sandbox.close());

const control = (method: string, path: string, body?: unknown, headers = {}): Promise<Reply> =>
  send(`${sandbox.url}/_sandbox${path}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

const status = async (): Promise<number> =>
  (await call(sandbox, 'anam', 'sessionTokens.create', { body: {} })).status;

const fault = { vendor: 'anam', operation: 'sessionTokens.create', fault: { status: 503, times: 3 } };

test('sets faults, takes one away, takes all away', async () => {
  const first = await control('POST', '/faults', fault);
  expect(first).toMatchObject({ status: 201 });
  const { id } = first.json as { id: string };
  expect(await status()).toBe(503);
  expect(await control('DELETE', `/faults/${id}`)).toMatchObject({ status: 204 });
  expect(await control('DELETE', `/faults/${id}`)).toMatchObject({ status: 404 });
  expect(await status()).toBe(200);
  await control('POST', '/faults', fault);
  expect(await control('DELETE', '/faults')).toMatchObject({ status: 204 });
  expect(await status()).toBe(200);
});

test('shows and empties the journal', async () => {
  await status();
  const shown = await control('GET', '/journal');
  expect(shown.json).toEqual({ entries: JSON.parse(JSON.stringify(sandbox.journal())) as unknown });
  expect(sandbox.journal()).toHaveLength(1);
  expect(await control('DELETE', '/journal')).toMatchObject({ status: 204 });
  expect(sandbox.journal()).toEqual([]);
});

test('moves the clock', async () => {
  const before = sandbox.clock.now();
  expect(await control('POST', '/clock/advance', { ms: 500 })).toMatchObject({
    status: 200,
    json: { now: before + 500 },
  });
});

test('forgets everything', async () => {
  await control('POST', '/faults', fault);
  await status();
  expect(await control('POST', '/reset')).toMatchObject({ status: 204 });
  expect(sandbox.journal()).toEqual([]);
  expect(await status()).toBe(200);
});

test.each([
  ['POST', '/faults', { ...fault, vendor: 'x' }, 400, 'vendor: must be one of'],
  ['POST', '/faults', { ...fault, operation: 'x' }, 400, 'operation: must be one of'],
  ['POST', '/faults', { ...fault, fault: { status: 1 } }, 400, 'fault.status: must be'],
  ['POST', '/faults', { ...fault, faults: [] }, 400, 'faults: is not a field here'],
  ['POST', '/faults', undefined, 400, 'vendor: must be one of'],
  ['POST', '/clock/advance', { ms: '5' }, 400, 'ms: must be a number'],
  ['POST', '/clock/advance', { ms: 1e16 }, 400, 'ms: must not take the clock past the year 9999'],
  ['POST', '/clock/advance', [], 400, 'body: must be an object'],
  ['POST', '/clock/advance', 5, 400, 'body: must be an object'],
  ['POST', '/reset', { all: true }, 400, 'all: is not a field here'],
  ['PUT', '/faults', undefined, 405, 'method: must be POST or DELETE'],
  ['GET', '/nothing', undefined, 404, 'path: must be one of /faults'],
])('%s %s %j is refused', async (method, path, body, code, message) => {
  const reply = await control(method, path, body);
  expect(reply.status).toBe(code);
  expect((reply.json as { error: string }).error).toContain(message);
});

test('takes JSON only, and nothing from a web page', async () => {
  const text = await send(`${sandbox.url}/_sandbox/reset`, { method: 'POST', body: '{}' });
  expect(text).toMatchObject({ status: 400, json: { error: 'body: must be sent as application/json' } });
  const large = await control('POST', '/reset', { x: 'x'.repeat(1_100_000) });
  expect(large).toMatchObject({ status: 413, json: { error: 'body: is too large' } });
  for (const headers of [{ origin: 'http://localhost:3000' }, { 'sec-fetch-site': 'cross-site' }]) {
    expect(await control('GET', '/journal', undefined, headers)).toMatchObject({ status: 403 });
  }
});
