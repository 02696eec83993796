import { expect, test } from 'vitest';
import { createMask, secretsIn } from './mask.ts';

test('masks fields that are named like secrets, at any depth', () => {
  const mask = createMask([]);
  const body = {
    session_token: 'a',
    list: [{ apiKey: 'b', signedUrl: 'c', secret_id: null, Password: { inner: 'd' } }],
    login: { passwd: 'e', auth: 'f', Cookie: 'g', pwd: 'h', author: 'kept' },
    name: 'kept',
  };
  expect(mask.data(body)).toEqual({
    session_token: '***',
    list: [{ apiKey: '***', signedUrl: '***', secret_id: null, Password: '***' }],
    login: { passwd: '***', auth: '***', Cookie: '***', pwd: '***', author: 'kept' },
    name: 'kept',
  });
});

test('masks secrets in texts: known ones, in addresses, and of the shape of a JWT', () => {
  const { text } = createMask(['known-secret', 'short']);
  expect(text('a known-secret, a short word')).toBe('a ***, a short word');
  expect(text('wss://user:pass@host/x?access_token=abc&room=1')).toBe(
    'wss://***@host/x?access_token=***&room=1',
  );
  expect(text('see eyJhbGci.eyJzdWIi.c2lnbmF0')).toBe('see ***');
  expect(text('liveavatar.somewhere.example')).toBe('liveavatar.somewhere.example');
});

test('masks a known secret however its characters are escaped', () => {
  const { text } = createMask(['sk-Very+Secret/key=1']);
  for (const path of ['sk-Very%2BSecret%2Fkey%3D1', 'sk-Very+Secret%2fkey=1', '%73k-Very+Secret/key%3d1']) {
    expect(text(`/v1/sessions/${path}?a=%zz`)).toBe('/v1/sessions/***?a=%zz');
  }
  expect(text('/v1/a%20b')).toBe('/v1/a%20b');
});

test('finds the values of secret fields', () => {
  expect(secretsIn({ a: [{ livekit_token: 'x' }], key: 7, name: 'n' })).toEqual(['x']);
  expect(secretsIn('text')).toEqual([]);
});
