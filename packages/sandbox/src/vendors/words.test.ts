import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, type Reply } from '../../test/call.ts';
import { avatarId } from '../../test/vendor-examples.ts';
import { answerViolations } from '../contracts/check.ts';
import { findOperation, operations } from '../contracts/operations.ts';
import { createSandbox, type Sandbox } from '../index.ts';
import type { Operations, Vendor } from '../vendor.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
});
afterAll(() => sandbox.close());

/** How the vendor answers when nothing but a fault was asked for. */
function struck<V extends Vendor>(vendor: V, operation: Operations[V], status: number): Promise<Reply> {
  sandbox.fail(vendor, operation, { status });
  return call(sandbox, vendor, operation, { path: { id: avatarId, session_id: avatarId } });
}

const documented = (vendor: Vendor, operation: string, status: number): boolean =>
  findOperation(vendor, operation)?.responses[String(status)]?.content !== undefined;

const STATUSES = [400, 401, 402, 403, 404, 405, 409, 413, 422, 429, 500, 502, 503, 504, 599];
const text = expect.any(String) as string;

/** What every error of the vendor's has that no document describes. */
const shape: Readonly<Record<Vendor, (status: number) => object>> = {
  simli: () => ({ detail: text }),
  anam: () => ({ error: text, message: text }),
  liveavatar: (status) => ({ code: status, data: null, message: text }),
};

describe.each(operations)('$vendor $operation', ({ vendor, operation }) => {
  test.each(STATUSES)('words a fault of status %i as the vendor would', async (status) => {
    const reply = await struck(vendor, operation as never, status);
    expect(reply.status).toBe(status);
    if (documented(vendor, operation, status)) {
      expect(answerViolations(vendor, operation, status, reply.json)).toEqual([]);
      expect(Object.keys(reply.json as object)).not.toEqual([]);
    } else {
      expect(reply.json).toMatchObject(shape[vendor](status));
    }
  });

  test.each([200, 204, 304])('has no words for a fault of status %i', async (status) => {
    const reply = await struck(vendor, operation as never, status);
    expect([reply.status, reply.text]).toEqual([status, '']);
  });
});

test('the documents describe some of these answers', () => {
  const described = operations.flatMap(({ vendor, operation }) =>
    STATUSES.filter((status) => documented(vendor, operation, status)),
  );
  expect(new Set(described)).toEqual(new Set([400, 422]));
});

test('a fault has the headers that the vendor documents, or those of its own', async () => {
  const own = await struck('liveavatar', 'sessions.createToken', 429);
  expect(own.headers.get('retry-after')).toBe('1');
  expect(own.headers.get('x-ratelimit-reset')).toBe('1');
  for (const [headers, told] of [
    [{ 'Retry-After': '7' }, '7'],
    [{}, null],
  ] as const) {
    sandbox.fail('liveavatar', 'sessions.list', { status: 429, headers });
    const { headers: answered } = await call(sandbox, 'liveavatar', 'sessions.list');
    expect(answered.get('retry-after')).toBe(told);
    expect(answered.get('x-ratelimit-reset')).toBeNull();
  }
  const elsewhere = await struck('anam', 'sessionTokens.create', 429);
  expect(elsewhere.headers.get('retry-after')).toBeNull();
});

test.each([
  ['simli', 'compose.createToken', 400, { session_token: 'FAIL TOKEN', detail: 'UNKNOWN_ERROR' }],
  ['simli', 'compose.createToken', 401, { session_token: 'FAIL TOKEN', detail: 'INVALID_API_KEY' }],
  ['simli', 'compose.listIceServers', 401, { detail: 'INVALID_API_KEY' }],
  ['simli', 'livekit.startAgentsSession', 400, { error: 'Session Failed', code: 'INVALID_SESSION_TOKEN' }],
  ['anam', 'sessionTokens.create', 401, { error: 'Unauthorized', message: 'Invalid or missing API key' }],
  ['anam', 'engine.startSession', 402, { error: 'Payment Required', message: 'No active plan' }],
  ['liveavatar', 'sessions.get', 404, { code: 404, data: null, message: 'Session not found' }],
] as const)('%s %s %i says what it says elsewhere', async (vendor, operation, status, body) => {
  expect((await struck(vendor, operation as never, status)).json).toEqual(body);
});
