import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { acme, KEY, mint, read, remove } from '../test/acme.ts';
import { thrownBy } from '../test/calling.ts';
import { resolveCall } from './call-options.ts';
import { refusalFor, resolveSettings } from './options.ts';

describe('resolveCall', () => {
  const settings = resolveSettings(acme, { apiKey: KEY, deadlineMs: 7_000 });
  const callOf = (options: object): ReturnType<typeof resolveCall> =>
    resolveCall({ vendor: acme, settings }, options, mint, refusalFor(acme));

  it('takes from the client what the call does not say', () => {
    expect(callOf({ maxAttempts: 1, deadlineMs: undefined })).toEqual({
      attemptTimeoutMs: 10_000,
      deadlineMs: 7_000,
      maxAttempts: 1,
    });
  });

  it.each<[string, object, string]>([
    ['an unknown option', { timeout: 1 }, 'timeout is not an option'],
    ['a misspelt option', { extrabody: {} }, 'extrabody is not an option; did you mean "extraBody"?'],
    ['an option of the client', { apiKey: KEY }, 'apiKey is not an option'],
    ['a signal that is none', { signal: new AbortController() }, 'signal must be an AbortSignal'],
  ])('refuses %s', (_, options, message) => {
    expect(thrownBy(() => callOf(options)).message).toContain(`acme: ${message}`);
  });

  it.each([
    'X-Acme-Key',
    'Authorization',
    'content-type',
    'Content-Encoding',
    'Content-Length',
    'content-range',
    'HOST',
    'X-Request-ID',
    'Accept-Encoding',
    'connection',
    'Expect',
    'HTTP2-Settings',
    'keep-alive',
    'Proxy-Connection',
    'TE',
    'trailer',
    'Transfer-Encoding',
    'upgrade',
  ])('keeps the header %s its own, and shows no value', (name) => {
    const error = thrownBy(() => callOf({ headers: { 'x-trace': '1', [name]: 'a-secret' } }));
    expect(error.message).toBe(`acme: headers.${name} is for the client alone to set`);
    const folded = thrownBy(() => callOf({ headers: new Headers({ [name]: 'a-secret' }) }));
    expect(folded.message).toBe(`acme: headers.${name.toLowerCase()} is for the client alone to set`);
  });

  it.each([
    null,
    'x-trace: 1',
    7,
    [['x-trace', '1']],
    new Map([['x-trace', '1']]),
    Object.create({ x: '1' }),
  ])('refuses %o for headers', (headers: unknown) => {
    expect(thrownBy(() => callOf({ headers })).message).toBe(
      'acme: headers must be a plain object, or Headers',
    );
  });

  it.each([null, 'abc', 7, [1], new Map([['a', 1]]), new Date(0)])(
    'refuses %o for extraBody',
    (extraBody: unknown) => {
      expect(thrownBy(() => callOf({ extraBody })).message).toBe('acme: extraBody must be a plain object');
    },
  );

  it('takes plain objects, also those of another realm and those without a prototype', () => {
    const elsewhere = runInNewContext('({ headers: { "x-trace": "1" }, extraBody: { added: 1 } })') as object;
    expect(() => callOf({ ...elsewhere })).not.toThrow();
    const bare = Object.assign(Object.create(null) as object, { 'x-trace': '1' });
    expect(() => callOf({ headers: bare, extraBody: bare })).not.toThrow();
  });

  it.each([
    ['a GET', read],
    ['a request that sends nothing', remove],
  ])('refuses extraBody where there is no body: %s', (_, operation) => {
    const call = (): unknown =>
      resolveCall({ vendor: acme, settings }, { extraBody: { added: 1 } }, operation, refusalFor(acme));
    expect(thrownBy(call).message).toBe('acme: extraBody cannot be sent: this request has no body');
  });

  it('refuses a header whose name HTTP does not allow', () => {
    const error = thrownBy(() => callOf({ headers: { 'x trace': '1' } }));
    expect(error.message).toContain('acme: headers.x trace must be a name');
  });

  it('takes headers of every form that HTTP allows', () => {
    const headers = { 'X-Trace_1.~': '', 'x-note': 'caf\u00e9\t!' };
    expect(() => callOf({ headers })).not.toThrow();
  });

  it.each([
    ['a line break', 'a-secret\r\nx-evil: 1'],
    ['a letter that no header may hold', 'a-secret-\u2713'],
    ['no string', 42],
  ])('refuses a header with %s, and shows no value', (_, value) => {
    const error = thrownBy(() => callOf({ headers: { 'x-trace': value } }));
    expect(error.message).toBe(
      'acme: headers.x-trace must be a name and a string that HTTP allows in a header',
    );
    expect(error.message).not.toContain('a-secret');
  });
});
