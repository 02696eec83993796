import { AvatarError, Secret } from '@org/core';
import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

function logged(error: unknown): unknown {
  const lines: string[] = [];
  createLogger('info', [], { write: (line) => lines.push(line) }).error({ error }, 'request');
  return (JSON.parse(lines.join('')) as { error: unknown }).error;
}

test('a vendor’s error is logged by its allow-list', () => {
  const error = new AvatarError({
    code: 'invalid_key',
    vendor: 'anam',
    operation: 'sessionTokens.create',
    message: 'anam said no',
    status: 401,
    vendorCode: 'Unauthorized',
    vendorMessage: 'no such key',
    attempts: 1,
    cause: new Error('hidden'),
  });
  expect(logged(error)).toEqual({
    code: 'invalid_key',
    operation: 'sessionTokens.create',
    status: 401,
    vendorCode: 'Unauthorized',
    vendorMessage: 'no such key',
    attempts: 1,
  });
});

test('any other error is logged by its kind and its place, without its words', () => {
  const error = new TypeError('cannot read a-secret\n  of undefined', { cause: 'a-secret' });
  expect(logged(error)).toEqual({
    name: 'TypeError',
    stack: expect.stringMatching(/^\s+at .*logger\.test/) as string,
  });
  expect(JSON.stringify(logged(error))).not.toContain('a-secret');
  expect(logged('a-secret')).toEqual({ name: 'string' });
});

test('a key is in no line, wherever it was said', () => {
  const lines: string[] = [];
  const keys = [new Secret('a-long-"key"'), new Secret('short')];
  const logger = createLogger('info', keys, { write: (line) => lines.push(line) });
  logger.info({ code: 'it is a-long-"key"' }, 'a-long-"key" and a short word');
  expect(JSON.parse(lines.join(''))).toMatchObject({ code: 'it is [key]', msg: '[key] and a short word' });
});
