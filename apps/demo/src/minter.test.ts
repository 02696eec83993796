import { expect, test } from 'vitest';
import { aGrant as grant } from '../test/a-grant.ts';
import { GrantError, type Grant, type MintOptions } from './grant.ts';
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
