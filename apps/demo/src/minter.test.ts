import type { ServerResponse } from 'node:http';
import { expect, onTestFinished, test, vi } from 'vitest';
import { aGrant as grant } from '../test/a-grant.ts';
import { json, serve } from '../test/a-server.ts';
import { createGrantClient, GrantError, type Grant, type MintOptions } from './grant.ts';
import { Minter } from './minter.ts';

/** A minter whose server answers so, with the keys that it was asked by and the sessions that were ended. */
function minterOf(answer: () => Promise<Grant>): { minter: Minter; keys: unknown[]; ended: string[] } {
  const keys: unknown[] = [];
  const ended: string[] = [];
  const minter = new Minter({
    mint: (_preset: string, { idempotencyKey }: MintOptions = {}) => {
      keys.push(idempotencyKey);
      return answer();
    },
    end: ({ id }) => {
      ended.push(id);
      return Promise.resolve();
    },
  });
  return { minter, keys, ended };
}

test('a grant that comes as the call is given up is ended', async () => {
  const call = new AbortController();
  const { minter, ended } = minterOf(() => {
    call.abort(new Error('given up'));
    return Promise.resolve(grant);
  });
  await expect(minter.mint('anam-guide', call.signal)).rejects.toThrow('given up');
  expect(ended).toEqual(['0b9f4c1e']);
});

test('after an answer that never came the same key is used again, and then no more', async () => {
  const answers = [
    () => Promise.reject(new GrantError('token_server_unreachable', 'gone')),
    () => Promise.resolve(grant),
    () => Promise.resolve(grant),
  ];
  const { minter, keys, ended } = minterOf(
    () => answers.shift()?.() ?? Promise.reject(new Error('asked again')),
  );
  const { signal } = new AbortController();
  await expect(minter.mint('anam-guide', signal)).rejects.toThrow('gone');
  expect(await minter.mint('anam-guide', signal)).toBe(grant);
  await minter.mint('anam-guide', signal);
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[1]);
  expect(ended).toEqual([]);
});

test.each<[string, (response: ServerResponse) => void]>([
  ['cut off before its headers', (response) => response.destroy()],
  [
    'cut off within its body',
    (response) => {
      response.writeHead(201, { 'content-type': 'application/json' }).write('{"id":"0b9f', () => {
        response.destroy();
      });
    },
  ],
  ['a proxy’s 502', (response) => response.writeHead(502).end('<html>Bad gateway</html>')],
  ['a proxy’s 504', (response) => response.writeHead(504).end()],
  [
    'that the first request is still under way',
    (response) => {
      json(response, 409, { code: 'key_in_use', title: 'The key is in use' });
    },
  ],
])('an answer that is %s may have led to a grant: the same key asks for it', async (_, fail) => {
  const { url, seen } = await serve((__, response) => {
    if (seen.length === 1) fail(response);
    else json(response, 201, grant);
  });
  const minter = new Minter(createGrantClient(url));
  const { signal } = new AbortController();
  await expect(minter.mint('anam-guide', signal)).rejects.toBeInstanceOf(GrantError);
  expect(await minter.mint('anam-guide', signal)).toEqual(grant);
  const [first, second] = seen.map(({ headers }) => headers['idempotency-key']);
  expect(second).toBe(first);
});

test.each([
  [80_000, 1, []],
  [100_000, 2, ['0b9f4c1e']],
])('a grant that was asked for %i ms ago is the %i. key’s', async (ms, keysUsed, given) => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  let asked = 0;
  const { minter, keys, ended } = minterOf(() =>
    (asked += 1) === 1
      ? Promise.reject(new GrantError('token_server_timeout', 'no answer'))
      : Promise.resolve(grant),
  );
  const { signal } = new AbortController();
  await expect(minter.mint('anam-guide', signal)).rejects.toThrow('no answer');
  vi.advanceTimersByTime(ms);
  expect(await minter.mint('anam-guide', signal)).toBe(grant);
  expect([new Set(keys).size, ended]).toEqual([keysUsed, given]);
});

test('a session that the server has ended, since its answer was lost, is followed by another', async () => {
  const { url, seen } = await serve((_, response) => {
    if (seen.length === 1) response.destroy();
    else if (seen.length === 2) json(response, 409, { code: 'session_over', title: 'The session is over' });
    else json(response, 201, grant);
  });
  const minter = new Minter(createGrantClient(url));
  const { signal } = new AbortController();
  await expect(minter.mint('anam-guide', signal)).rejects.toBeInstanceOf(GrantError);
  expect(await minter.mint('anam-guide', signal)).toEqual(grant);
  const [first, second, third] = seen.map(({ headers }) => headers['idempotency-key']);
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});

test.each([
  ['the caller is refused', 'unauthorized'],
  ['the caller asks too often', 'too_many_requests'],
  ['the caller has all sessions that it may have', 'too_many_sessions'],
])('the key of a lost answer outlives a repeat for which %s', async (_, code) => {
  const answers = [
    () => Promise.reject(new GrantError('token_server_failed', 'lost')),
    () => Promise.reject(new GrantError(code, 'refused')),
  ];
  const { minter, keys } = minterOf(() => answers.shift()?.() ?? Promise.resolve(grant));
  const { signal } = new AbortController();
  await expect(minter.mint('anam-guide', signal)).rejects.toThrow('lost');
  await expect(minter.mint('anam-guide', signal)).rejects.toThrow('refused');
  expect(await minter.mint('anam-guide', signal)).toBe(grant);
  expect(new Set(keys).size).toBe(1);
});

test('the key of a lost answer outlives a repeat that is given up', async () => {
  const call = new AbortController();
  const answers = [
    () => Promise.reject(new GrantError('token_server_failed', 'lost')),
    () => {
      const reason = new Error('given up');
      call.abort(reason);
      return Promise.reject(reason);
    },
  ];
  const { minter, keys } = minterOf(() => answers.shift()?.() ?? Promise.resolve(grant));
  const { signal } = new AbortController();
  await expect(minter.mint('anam-guide', signal)).rejects.toThrow('lost');
  await expect(minter.mint('anam-guide', call.signal)).rejects.toThrow('given up');
  expect(await minter.mint('anam-guide', signal)).toBe(grant);
  expect(new Set(keys).size).toBe(1);
});

test('the key of a lost answer outlives a session of another preset', async () => {
  const answers = [() => Promise.reject(new GrantError('token_server_failed', 'lost'))];
  const { minter, keys } = minterOf(() => answers.shift()?.() ?? Promise.resolve(grant));
  const { signal } = new AbortController();
  await expect(minter.mint('anam-guide', signal)).rejects.toThrow('lost');
  await minter.mint('simli-greeter', signal);
  await minter.mint('anam-guide', signal);
  expect(keys[1]).not.toBe(keys[0]);
  expect(keys[2]).toBe(keys[0]);
});

test('a key that the server knows for something else is used no more', async () => {
  const answers = [
    () => Promise.reject(new GrantError('token_server_failed', 'lost')),
    () => Promise.reject(new GrantError('key_reused', 'reused')),
  ];
  const { minter, keys } = minterOf(() => answers.shift()?.() ?? Promise.resolve(grant));
  const { signal } = new AbortController();
  await expect(minter.mint('anam-guide', signal)).rejects.toThrow('lost');
  await expect(minter.mint('anam-guide', signal)).rejects.toThrow('reused');
  expect(await minter.mint('anam-guide', signal)).toBe(grant);
  expect(keys[2]).not.toBe(keys[1]);
});

test('a refusal with its reason has led to nothing: the next click is a new intent', async () => {
  const { url, seen } = await serve((_, response) => {
    json(response, 503, { code: 'vendor_busy', title: 'All sessions are taken' });
  });
  const minter = new Minter(createGrantClient(url));
  const { signal } = new AbortController();
  await expect(minter.mint('anam-guide', signal)).rejects.toThrow('All sessions are taken');
  await expect(minter.mint('anam-guide', signal)).rejects.toThrow('All sessions are taken');
  const [first, second] = seen.map(({ headers }) => headers['idempotency-key']);
  expect(second).not.toBe(first);
});
