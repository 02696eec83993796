import { describe, expect, it } from 'vitest';
import { mint, read, start } from '../test/acme.ts';
import type { Issue } from './issue.ts';
import { unwritableIn, wireRequest, type RequestBase } from './wire-request.ts';

const BASE: RequestBase = {
  origin: 'https://api.acme.example',
  basePath: '/proxy',
  userAgent: 'acme-server-client',
  requestId: 'request-1',
};

describe('path and query', () => {
  it('puts the base path before the operation’s', () => {
    expect(wireRequest(mint, { face: 'a' }, {}, BASE)).toMatchObject({
      method: 'POST',
      origin: 'https://api.acme.example',
      path: '/proxy/v1/tokens',
    });
  });

  it('fills the placeholder with one path segment, whatever it holds', () => {
    const { path } = wireRequest(read, { session_id: 'a/../b?c=d#e f%' }, {}, BASE);
    expect(path).toBe('/proxy/v1/sessions/a%2F..%2Fb%3Fc%3Dd%23e%20f%25');
  });

  it('puts the other fields into the query, without those that are absent', () => {
    const { path, body } = wireRequest(read, { session_id: 's', verbose: false, limit: undefined }, {}, BASE);
    expect(path).toBe('/proxy/v1/sessions/s?verbose=false');
    expect(body).toBeUndefined();
  });

  it('repeats the name of a list in the query for each of its elements', () => {
    const input = { session_id: 's', tags: ['a', 'b&c'], limit: 2 };
    expect(wireRequest(read, input, {}, BASE).path).toBe('/proxy/v1/sessions/s?tags=a&tags=b%26c&limit=2');
    expect(wireRequest(read, { session_id: 's', tags: [] }, {}, BASE).path).toBe('/proxy/v1/sessions/s');
  });

  it('needs no question mark where there is no query', () => {
    expect(wireRequest(read, { session_id: 's' }, {}, BASE).path).toBe('/proxy/v1/sessions/s');
  });
});

describe('what cannot be written', () => {
  const found = (input: object, path = read.path): readonly Issue[] => unwritableIn({ ...read, path }, input);
  const SEGMENT = 'must be a string or a number: it is part of the path';
  const PARAMETER = 'must be a string, a number, a boolean or a list of them: it goes into the query';

  it('is nothing, mostly', () => {
    expect(found({ session_id: 's', verbose: true, limit: undefined, tags: ['a', 'b'] })).toEqual([]);
    expect(found({ session_id: 0 })).toEqual([]);
    expect(unwritableIn(mint, { face: 'a', settings: { deep: {} } })).toEqual([]);
  });

  it.each([undefined, null, true, {}, ['a'], () => 'a'])('is %o as a segment of the path', (session_id) => {
    expect(found({ session_id })).toEqual([{ path: 'session_id', message: SEGMENT }]);
  });

  it('is a placeholder that no field has the name of', () => {
    expect(found({ session_id: 's' }, '/v1/{sessionId}/{session-id}')).toEqual([
      { path: 'sessionId', message: SEGMENT },
      { path: 'session-id', message: SEGMENT },
    ]);
  });

  it.each(['', '.', '..'])('is %o as a segment, which would lead to another path', (session_id) => {
    expect(found({ session_id })).toEqual([
      { path: 'session_id', message: 'must not be empty or consist of dots' },
    ]);
  });

  it.each([null, {}, new Date(0), [['a']], [undefined], [{ id: 1 }], 1n])('is %o in a query', (tags) => {
    expect(found({ session_id: 's', tags })).toEqual([{ path: 'tags', message: PARAMETER }]);
  });
});

describe('headers', () => {
  it('are ours and the request’s id', () => {
    expect(wireRequest(mint, { face: 'a' }, {}, BASE).headers).toEqual({
      accept: 'application/json',
      'content-type': 'application/json',
      'user-agent': 'acme-server-client',
      'x-request-id': 'request-1',
    });
  });

  it('name a content type only for a body', () => {
    expect(wireRequest(read, { session_id: 's' }, {}, BASE).headers).not.toHaveProperty('content-type');
  });

  it('take those of the caller in lower case, so that none is sent twice', () => {
    const { headers } = wireRequest(
      mint,
      { face: 'a' },
      {
        headers: [
          ['User-Agent', 'mine'],
          ['X-Trace', '1'],
        ],
      },
      BASE,
    );
    expect(headers).toMatchObject({ 'user-agent': 'mine', 'x-trace': '1' });
    expect(Object.keys(headers).filter((name) => name.toLowerCase() === 'user-agent')).toHaveLength(1);
  });
});

describe('the body', () => {
  const bodyOf = (extraBody?: Record<string, unknown>): unknown => {
    const input = { face: 'a', settings: { voice: { speed: 1, pitch: 2 }, words: ['x'] } };
    return JSON.parse(wireRequest(mint, input, { extraBody }, BASE).body ?? 'null');
  };

  it('is the input', () => {
    expect(bodyOf()).toEqual({ face: 'a', settings: { voice: { speed: 1, pitch: 2 }, words: ['x'] } });
  });

  it('does not hold what went into the credential', () => {
    const { body } = wireRequest(
      start,
      { session_token: 'secret', livekit_token: 'for the vendor' },
      {},
      BASE,
    );
    expect(body).toBe('{"livekit_token":"for the vendor"}');
  });

  it('is an empty object where the credential was all there was', () => {
    expect(wireRequest(start, { session_token: 'secret' }, {}, BASE).body).toBe('{}');
  });

  it('takes extraBody: objects into objects, everything else instead of what was there', () => {
    expect(
      bodyOf({ face: 'b', added: null, settings: { voice: { speed: 9 }, words: ['y'], list: [1] } }),
    ).toEqual({
      face: 'b',
      added: null,
      settings: { voice: { speed: 9, pitch: 2 }, words: ['y'], list: [1] },
    });
    expect(bodyOf({ settings: 'none' })).toEqual({ face: 'a', settings: 'none' });
    expect(bodyOf({ face: { id: 'a' } })).toMatchObject({ face: { id: 'a' } });
  });

  it('keeps a field of which extraBody has undefined', () => {
    expect(bodyOf({ settings: { voice: undefined } })).toEqual(bodyOf());
    expect(bodyOf({ face: undefined })).toEqual(bodyOf());
  });

  it('may come from extraBody alone', () => {
    expect(
      wireRequest({ ...read, method: 'DELETE' }, { session_id: 's' }, { extraBody: { added: 1 } }, BASE),
    ).toMatchObject({
      body: '{"added":1}',
      headers: { 'content-type': 'application/json' },
    });
  });

  it('leaves input and extraBody as they were', () => {
    const input = Object.freeze({
      face: 'a',
      settings: Object.freeze({ voice: Object.freeze({ speed: 1 }) }),
    });
    const extraBody = Object.freeze({ settings: Object.freeze({ voice: Object.freeze({ speed: 2 }) }) });
    expect(wireRequest(mint, input, { extraBody }, BASE).body).toContain('"speed":2');
    expect(input.settings.voice.speed).toBe(1);
  });

  it('sends a field named __proto__ as a field, and lets it reach no prototype', () => {
    const evil = JSON.parse('{"__proto__":{"polluted":1},"settings":{"__proto__":{"polluted":2}}}') as object;
    const { body } = wireRequest(mint, { face: 'a', settings: {} }, { extraBody: { ...evil } }, BASE);
    expect(body).toBe('{"face":"a","settings":{"__proto__":{"polluted":2}},"__proto__":{"polluted":1}}');
    expect('polluted' in {}).toBe(false);
  });
});
