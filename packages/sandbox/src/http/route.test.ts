import { expect, test } from 'vitest';
import { methodsAt, route } from './route.ts';
import { parseTarget } from './target.ts';

const name = (vendor: 'anam' | 'liveavatar', method: string, path: string): unknown => {
  const found = route(vendor, method, path);
  return 'operation' in found ? found.operation.operation : found.refused;
};

test('finds each vendor only its own operations, and a literal path first', () => {
  expect(name('liveavatar', 'GET', '/v1/sessions')).toBe('sessions.list');
  expect(name('anam', 'GET', '/v1/sessions')).toBe(404);
  expect(name('liveavatar', 'GET', '/v1/sessions/x')).toBe('sessions.get');
  expect(name('liveavatar', 'GET', '/v1/sessions/start')).toBe(405);
  expect(name('liveavatar', 'DELETE', '/v1/sessions')).toBe(405);
  expect(name('liveavatar', 'GET', '/v1/sessions/')).toBe(404);
  expect(methodsAt('liveavatar', '/v1/sessions/stop')).toEqual(['POST']);
});

test('takes no path of the vendor’s that it does not serve for an id', () => {
  expect(name('anam', 'GET', '/v1/sessions/concurrency')).toBe(404);
  expect(name('anam', 'GET', '/v1/sessions/analytics')).toBe(404);
  expect(name('anam', 'GET', '/v1/sessions/other')).toBe('sessions.get');
});

test('decodes the path, and leaves what cannot be decoded', () => {
  expect(route('liveavatar', 'GET', '/v1/sessions/a%20b')).toMatchObject({ path: { session_id: 'a b' } });
  expect(route('liveavatar', 'GET', '/v1/sessions/%zz')).toMatchObject({ path: { session_id: '%zz' } });
});

test('takes a request line apart', () => {
  expect(parseTarget('/anam/v1/x?a=1&a=2&b=c%20d?')).toEqual({
    prefix: 'anam',
    path: '/v1/x',
    query: { a: '2', b: 'c d?' },
  });
  expect(parseTarget('//evil/anam')).toMatchObject({ prefix: '' });
  expect(parseTarget('')).toEqual({ prefix: '', path: '/', query: {} });
});
