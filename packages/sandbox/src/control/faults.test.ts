import { describe, expect, test } from 'vitest';
import { Faults, type Fault } from './faults.ts';

const strikes = (faults: Faults, calls: number): (number | undefined)[] =>
  Array.from({ length: calls }, () => {
    const fault = faults.strike('anam', 'sessionTokens.create');
    return fault && 'status' in fault ? fault.status : undefined;
  });

describe('faults strike', () => {
  test('once by default, and only their own operation', () => {
    const faults = new Faults();
    faults.add('anam', 'sessionTokens.create', { status: 503 });
    expect(faults.strike('simli', 'compose.createToken')).toBeUndefined();
    expect(strikes(faults, 3)).toEqual([503, undefined, undefined]);
  });

  test('as often as told, after as many calls as told, in the order set', () => {
    const faults = new Faults();
    faults.add('anam', 'sessionTokens.create', { status: 500, after: 1, times: 2 });
    faults.add('anam', 'sessionTokens.create', { status: 502 });
    faults.add('anam', 'sessionTokens.create', { status: 504, times: Infinity, after: 4 });
    expect(strikes(faults, 6)).toEqual([502, 500, 500, undefined, 504, 504]);
  });

  test('no more once cancelled or cleared', () => {
    const faults = new Faults();
    const handle = faults.add('anam', 'sessionTokens.create', { status: 500 });
    expect(handle.cancel()).toBe(true);
    expect(handle.cancel()).toBe(false);
    faults.add('anam', 'sessionTokens.create', { status: 500 });
    faults.clear();
    expect(strikes(faults, 1)).toEqual([undefined]);
  });
});

test('a field that is undefined is absent, and the types allow it', () => {
  const faults = new Faults();
  const set = { times: undefined, after: undefined };
  faults.add('anam', 'sessionTokens.create', { ...set, status: 503, body: undefined, headers: undefined });
  faults.add('anam', 'sessionTokens.create', { ...set, delayMs: 5 });
  // A spread of two kinds gives this, and has only one of them in it.
  faults.add('anam', 'sessionTokens.create', { status: undefined, truncate: true });
  const struck = Array.from({ length: 4 }, () => faults.strike('anam', 'sessionTokens.create'));
  expect(struck).toStrictEqual([{ status: 503 }, { delayMs: 5 }, { truncate: true }, undefined]);
});

const circle: { self?: unknown } = {};
circle.self = circle;

test.each([
  ['fault: must be an object', null],
  ['fault: must have exactly one of status, delayMs', {}],
  ['fault: must have exactly one of', { status: 500, delayMs: 1 }],
  ['fault: must have exactly one of', { constructor: 1 }],
  ['fault.status: must be a whole number from 200 to 599', { status: '500' }],
  ['fault.headers: must be an object of header names', { status: 500, headers: { a: 'b\r\nc: d' } }],
  ['fault.headers: must be an object of header names', { status: 500, headers: ['a'] }],
  ['fault.headers: must not have Content-Length', { status: 500, headers: { 'Content-Length': '3' } }],
  ['fault.headers: must not have transfer-encoding', { status: 500, headers: { 'transfer-encoding': 'x' } }],
  ['fault.body: is not a field of a delayMs fault', { delayMs: 5, body: 'x' }],
  ['fault.delay: is not a field of a status fault', { status: 500, delay: 1 }],
  ['fault.toString: is not a field of a status fault', { status: 500, toString: 1 }],
  ['fault.delayMs: must be a whole number of milliseconds', { delayMs: -1 }],
  ["fault.reset: must be 'before-answer' or 'mid-body'", { reset: true }],
  ['fault.truncate: must be true', { truncate: false }],
  ["fault.stall: must be 'headers' or 'body'", { stall: 'all' }],
  ['fault.contentType: must be a content type', { contentType: '' }],
  ['fault.oversized: must be a whole number of bytes', { oversized: 0 }],
  ['fault.redirect: must be an absolute URL', { redirect: '/elsewhere' }],
  ['fault.body: must be a text, or what can be written as JSON', { status: 500, body: 10n }],
  ['fault.body: must be', { status: 500, body: () => 1 }],
  ['fault.body: must be', { status: 500, body: Symbol('x') }],
  ['fault.body: must be', { status: 500, body: circle }],
  ['fault.times: must be a whole number from 1, or Infinity', { status: 500, times: 0 }],
  ['fault.after: must be a whole number from 0', { status: 500, after: Infinity }],
])('%s', (message, fault) => {
  // What comes over HTTP, or from JavaScript, has not met the type.
  expect(() => new Faults().add('anam', 'sessionTokens.create', fault as unknown as Fault)).toThrow(message);
});

test('names an unknown vendor and an unknown operation', () => {
  const faults = new Faults();
  // @ts-expect-error: no such vendor
  expect(() => faults.add('tavus', 'x', { status: 500 })).toThrow(
    'vendor: must be one of simli, anam, liveavatar',
  );
  // @ts-expect-error: no such operation of this vendor
  expect(() => faults.add('anam', 'sessions.start', { status: 500 })).toThrow(
    'operation: must be one of sessionTokens.create',
  );
});
