import { expect, expectTypeOf, test } from 'vitest';
import { mint, read, start, type MintInput, type Token } from '../test/acme.ts';
import type { Issue } from './issue.ts';
import { defineOperation, type Operation } from './operation.ts';

interface Dated extends Token {
  at: Date;
}

test('an operation that makes no result has its answer for one', () => {
  const plain = defineOperation({ ...mint, id: 'tokens.plain' });
  expectTypeOf(plain).toEqualTypeOf<Operation<MintInput, Token>>();
  const unnamed: Operation<MintInput, Token, object> = defineOperation<MintInput, Token, object>(mint);
  expect(unnamed.result).toBeUndefined();
});

type Check = typeof start.request | typeof read.request;

test.each<[string, Check, object, Issue]>([
  [
    'a token that no header takes as it is',
    start.request,
    { session_token: ' token\n' },
    { path: 'session_token', message: 'has spaces or line breaks around it' },
  ],
  [
    'a segment that leads to another path',
    read.request,
    { session_id: '..' },
    { path: 'session_id', message: 'must not be empty or consist of dots' },
  ],
])('the check of a defined operation knows where the fields go: %s', (_, request, input, issue) => {
  expect(request.issuesOf(input)).toEqual([issue]);
  const { path, message } = issue;
  expect(request['~standard'].validate(input)).toEqual({ issues: [{ path: [path], message }] });
});

test('the check of a defined operation says first what its own check says', () => {
  const issue = { path: ['session_id'], message: 'is required' };
  expect(read.request['~standard'].validate({})).toEqual({ issues: [issue] });
  expect(read.request['~standard'].validate({ session_id: 's' })).toEqual({ value: { session_id: 's' } });
});

test('an operation whose path could lead to another host is refused', () => {
  const path: string = 'm/v1/tokens';
  // @ts-expect-error: a path begins with a slash
  expect(() => defineOperation({ ...mint, path })).toThrow(
    new TypeError('the path of the operation tokens.mint must begin with "/", not "m/v1/tokens"'),
  );
});

test('an operation whose result is another than its answer must say how it is made', () => {
  const make = (answer: Token, { date }: { date: Date }): Dated => ({ ...answer, at: date });
  const dated: Operation<MintInput, Token, Dated> = defineOperation({ ...mint, result: make });
  expect(dated.result).toBe(make);
  // @ts-expect-error: a token is no dated token
  const undated: Operation<MintInput, Token, Dated> = defineOperation({ ...mint, id: 'tokens.undated' });
  // @ts-expect-error: the same with the types named
  defineOperation<MintInput, Token, Dated>(mint);
  expect(undated.result).toBeUndefined();
});
