import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { copyOfCause, wordlessCopyOf } from './cause.ts';

const SECRET = 'canary-5c1f';
const hide = (text: string): string => text.replaceAll(SECRET, '***');

function copyOf(cause: unknown): Error {
  const copy = copyOfCause(cause, hide);
  if (copy instanceof Error) return copy;
  throw new Error('the copy is no error', { cause: copy });
}

/** Everything that can be seen of an error. */
function all(error: unknown): string {
  return inspect(error, { depth: Infinity, showHidden: true });
}

describe('copyOfCause', () => {
  it('keeps name, code, words and place, and nothing else', () => {
    const thrown = Object.assign(new TypeError(`no way to ${SECRET}`), {
      code: 'ENOWAY',
      request: { SECRET },
    });
    const copy = copyOf(thrown);
    expect(copy).not.toBe(thrown);
    expect(copy).toMatchObject({ name: 'TypeError', message: 'no way to ***', code: 'ENOWAY' });
    expect(copy.stack).toMatch(/^TypeError: no way to \*\*\*\n +at .*cause\.test\.ts:\d+:\d+/);
    expect(Object.keys(copy)).toEqual(['code']);
    expect(all(copy)).not.toContain(SECRET);
    expect(thrown.message).toContain(SECRET);
  });

  it('keeps the codes of causes and of what was gathered from each address, as fetch nests them', () => {
    const refused = (address: string): Error =>
      Object.assign(new Error(`connect ECONNREFUSED ${address} ${SECRET}`), { code: 'ECONNREFUSED' });
    const gathered = Object.assign(new AggregateError([refused('::1'), refused('127.0.0.1')]), {
      code: 'ECONNREFUSED',
    });
    const copy = copyOf(new TypeError('fetch failed', { cause: gathered }));
    expect(copy.cause).toBeInstanceOf(AggregateError);
    expect(copy).toMatchObject({
      name: 'TypeError',
      message: 'fetch failed',
      cause: {
        code: 'ECONNREFUSED',
        errors: [
          { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED ::1 ***' },
          { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1 ***' },
        ],
      },
    });
    expect(all(copy)).not.toContain(SECRET);
  });

  it('keeps a code that is a number', () => {
    expect(copyOf(new DOMException('too late', 'TimeoutError'))).toMatchObject({
      name: 'TimeoutError',
      code: 23,
    });
  });

  it('cleans name and code as well', () => {
    const copy = copyOf(Object.assign(new Error('no'), { name: `E ${SECRET}`, code: SECRET }));
    expect(copy).toMatchObject({ name: 'E ***', code: '***' });
    expect(all(copy)).not.toContain(SECRET);
  });

  it('takes words from the stack that are not in the message any more', () => {
    const thrown = new Error(`first ${SECRET}\nthen ${SECRET}`);
    thrown.message = 'something else';
    expect(all(copyOf(thrown))).not.toContain(SECRET);
  });

  it('does not copy forever', () => {
    const circular = new AggregateError([], 'round');
    circular.cause = new Error('and round', { cause: circular });
    circular.errors.push(circular);
    expect(copyOf(circular)).toMatchObject({ message: 'round', cause: { message: 'and round' } });
  });

  it.each<[unknown, unknown]>([
    [undefined, undefined],
    [null, undefined],
    [42, undefined],
    [() => SECRET, undefined],
    [`words with ${SECRET}`, 'words with ***'],
  ])('makes of %o, which is no error, %o', (thrown, copy) => {
    expect(copyOfCause(thrown, hide)).toBe(copy);
  });

  it('makes an error of an object that is none, of what it knows', () => {
    const copy = copyOf({ code: 'E_OTHER', message: `in another realm ${SECRET}`, headers: { SECRET } });
    expect(copy).toMatchObject({ name: 'Error', message: 'in another realm ***', code: 'E_OTHER' });
    expect(all(copy)).not.toContain(SECRET);
  });

  it('says nothing of what cannot be read', () => {
    const unreadable = new Proxy(new Error('no'), {
      get: () => {
        throw new Error(SECRET);
      },
    });
    expect(copyOfCause(unreadable, hide)).toBeUndefined();
  });
});

describe('wordlessCopyOf', () => {
  it('leaves the words out, though they look like a place', () => {
    const inner = Object.assign(new RangeError(SECRET), { code: 'EVAULT' });
    const copy = wordlessCopyOf(
      new AggregateError([SECRET], `no\n    at ${SECRET} (vault.js:1:2)`, { cause: inner }),
    );
    const message = 'its words are left out: they may quote a secret';
    expect(copy).toMatchObject({
      message,
      errors: [message],
      cause: { name: 'RangeError', message, code: 'EVAULT' },
    });
    expect((copy as Error).stack).toContain('cause.test.ts');
    expect(all(copy)).not.toContain(SECRET);
  });
});
