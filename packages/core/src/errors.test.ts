import { inspect } from 'node:util';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { createError, isAvatarError, type ErrorDetails } from './errors.ts';
import * as entry from './errors-entry.ts';
import {
  AvatarError,
  ERROR_MEANINGS,
  QuotaError,
  RateLimitError,
  TimeoutError,
  type ErrorCode,
} from './errors-entry.ts';

const DETAILS: ErrorDetails = {
  code: 'rate_limited',
  message: 'acme tokens.mint: answered 429',
  vendor: 'acme',
  operation: 'tokens.mint',
  status: 429,
  retryAfterMs: 1_000,
  requestId: 'request-1',
  retryable: true,
  attempts: 3,
  elapsedMs: 120,
  stoppedBy: 'attempts',
};

const CODES = Object.keys(ERROR_MEANINGS) as ErrorCode[];
type ErrorClass = typeof AvatarError;
const CLASSES = Object.values(entry).filter(
  (exported): exported is ErrorClass => typeof exported === 'function' && exported.prototype instanceof Error,
);

describe('the exported classes', () => {
  it('are all here', () => {
    expect(CLASSES.map(({ brand }) => brand)).toHaveLength(14);
  });

  it.each(CLASSES.map((errorClass) => [errorClass.name, errorClass] as const))(
    '%s has a brand of its own, equal to its name',
    (name, errorClass) => {
      expect(Object.hasOwn(errorClass, 'brand')).toBe(true);
      expect(errorClass.brand).toBe(name);
    },
  );

  it('are told apart by their brands', () => {
    const concrete = CLASSES.filter((errorClass) => errorClass !== AvatarError);
    for (const errorClass of concrete) {
      const error = new errorClass(DETAILS);
      const recognised = CLASSES.filter((other) => error instanceof other);
      expect(recognised.map(({ name }) => name).sort()).toEqual(['AvatarError', errorClass.name].sort());
    }
  });
});

describe('createError', () => {
  it.each(CODES)('makes %s an AvatarError that keeps the code', (code) => {
    const error = createError({ ...DETAILS, code });
    expect(error).toBeInstanceOf(AvatarError);
    expect(error).toBeInstanceOf(Error);
    expect(error.code).toBe(code);
    expect(error.name).not.toBe('AvatarError');
    expect(error.hint).toBe(ERROR_MEANINGS[code].hint);
  });

  it('uses every concrete class', () => {
    const used = new Set(CODES.map((code) => createError({ ...DETAILS, code }).name));
    expect([...used, 'AvatarError'].sort()).toEqual(CLASSES.map(({ name }) => name).sort());
  });

  it('leaves what it was not told at plain values', () => {
    const error = createError({ code: 'configuration', message: 'acme: apiKey is empty', vendor: 'acme' });
    expect(error).toMatchObject({ retryable: false, attempts: 0, elapsedMs: 0, stoppedBy: 'not_retryable' });
    expect(error.operation).toBeUndefined();
    expect('cause' in error).toBe(false);
  });
});

describe('isAvatarError', () => {
  const error = createError(DETAILS);

  it('asks for the code when it is given one', () => {
    expect(isAvatarError(error)).toBe(true);
    expect(isAvatarError(error, 'rate_limited')).toBe(true);
    expect(isAvatarError(error, 'timeout')).toBe(false);
  });

  it.each([undefined, null, 'rate_limited', 429, {}, new Error('rate_limited'), { code: 'rate_limited' }])(
    'says no to %o',
    (value) => {
      expect(isAvatarError(value)).toBe(false);
      expect(isAvatarError(value, 'rate_limited')).toBe(false);
    },
  );
});

describe('isAvatarError, of a class that has several codes,', () => {
  const error = new QuotaError({ ...DETAILS, code: 'plan_required' });

  it('narrows to the one code', () => {
    const caught: unknown = error;
    expect(isAvatarError(caught, 'plan_required')).toBe(true);
    if (!isAvatarError(caught, 'plan_required')) return;
    expectTypeOf(caught).toExtend<QuotaError>();
    expectTypeOf(caught.code).toEqualTypeOf<'plan_required'>();
  });

  it('leaves the others where it says no', () => {
    if (isAvatarError(error, 'concurrency_limit')) expect.unreachable();
    expectTypeOf(error).toEqualTypeOf<QuotaError>();
    expect(error.code).toBe('plan_required');
  });

  it('has ruled out a class that has no other code', () => {
    const limited: RateLimitError | TimeoutError = createError(DETAILS) as RateLimitError | TimeoutError;
    if (isAvatarError(limited, 'timeout')) expect.unreachable();
    else expectTypeOf(limited).toEqualTypeOf<RateLimitError>();
  });
});

describe('isInstance', () => {
  it('answers as instanceof does', () => {
    const error: unknown = createError(DETAILS);
    expect(RateLimitError.isInstance(error)).toBe(true);
    expect(AvatarError.isInstance(error)).toBe(true);
    expect(TimeoutError.isInstance(error)).toBe(false);
    expect(RateLimitError.isInstance(new Error('no'))).toBe(false);
  });
});

describe('a subclass made by a user', () => {
  class Unbranded extends RateLimitError {}
  class Branded extends QuotaError {
    static override readonly brand: string = 'Branded';
  }
  class Deeper extends Branded {
    static override readonly brand: string = 'Deeper';
  }

  it('without a brand is told by its prototype', () => {
    const own = new Unbranded(DETAILS);
    expect(own).toBeInstanceOf(Unbranded);
    expect(own).toBeInstanceOf(RateLimitError);
    expect(own).toBeInstanceOf(AvatarError);
    expect(createError(DETAILS)).not.toBeInstanceOf(Unbranded);
  });

  it('with a brand is still an instance of every class that it extends', () => {
    const own = new Deeper({ ...DETAILS, code: 'quota_exhausted' });
    for (const ancestor of [Deeper, Branded, QuotaError, AvatarError]) expect(own).toBeInstanceOf(ancestor);
    expect(own).not.toBeInstanceOf(RateLimitError);
    expect(new Branded(DETAILS)).not.toBeInstanceOf(Deeper);
    expect(own.name).toBe('Deeper');
  });
});

describe('what an error shows', () => {
  const cause = Object.assign(new Error('connect with secret-in-cause'), {
    code: 'ECONNREFUSED',
    headers: { 'x-acme-key': 'secret-in-cause-headers' },
  });
  const error = Object.assign(createError({ ...DETAILS, cause }), { request: { body: 'secret-attached' } });

  const waysToShow: readonly [string, () => string][] = [
    ['JSON.stringify', () => JSON.stringify(error)],
    ['inspect', () => inspect(error)],
    ['inspect at any depth', () => inspect({ nested: [{ error }] }, { depth: Infinity, showHidden: true })],
    ['String', () => String(error)],
    ['the stack', () => error.stack ?? ''],
  ];

  it.each(waysToShow)('%s shows neither a stray property nor the words of the cause', (_, show) => {
    expect(show()).toContain('answered 429');
    expect(show()).not.toContain('secret');
  });

  it('is the allow-list and nothing else in JSON', () => {
    expect(error.toJSON()).toEqual({
      name: 'RateLimitError',
      message: 'acme tokens.mint: answered 429',
      code: 'rate_limited',
      vendor: 'acme',
      operation: 'tokens.mint',
      status: 429,
      requestId: 'request-1',
      retryable: true,
      retryAfterMs: 1_000,
      attempts: 3,
      elapsedMs: 120,
      stoppedBy: 'attempts',
      hint: ERROR_MEANINGS.rate_limited.hint,
    });
  });

  it('names scope and phase of a timeout', () => {
    const timeout = createError({ ...DETAILS, code: 'timeout', scope: 'deadline', phase: 'body' });
    expect(timeout.toJSON()).toMatchObject({ scope: 'deadline', phase: 'body' });
  });

  it('prints the kind of its cause, its stack and its fields', () => {
    const printed = inspect(error);
    expect(printed).toContain('caused by Error ECONNREFUSED');
    expect(printed).toContain('errors.test.ts');
    expect(printed).toContain("code: 'rate_limited'");
  });

  it('still carries the cause itself for who asks', () => {
    expect(error.cause).toBe(cause);
  });
});
