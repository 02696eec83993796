import { expect, expectTypeOf, test } from 'vitest';
import { mint, type MintInput, type Token } from '../test/acme.ts';
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
