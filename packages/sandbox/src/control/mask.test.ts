import { expect, test } from 'vitest';
import { createMask, secretsIn } from './mask.ts';

test('masks fields that are named like secrets, at any depth', () => {
  const mask = createMask([]);
  const body = {
    session_token: 'a',
    list: [{ apiKey: 'b', signedUrl: 'c', secret_id: null, Password: { inner: 'd' } }],
    name: 'kept',
  };
  expect(mask.data(body)).toEqual({
    session_token: '***',
    list: [{ apiKey: '***', signedUrl: '***', secret_id: null, Password: '***' }],
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

test('finds the values of secret fields', () => {
  expect(secretsIn({ a: [{ livekit_token: 'x' }], key: 7, name: 'n' })).toEqual(['x']);
  expect(secretsIn('text')).toEqual([]);
});
