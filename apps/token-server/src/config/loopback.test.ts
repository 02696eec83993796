import { expect, test } from 'vitest';
import { isLoopbackAddress, isLoopbackHost, isLoopbackOrigin } from './loopback.ts';

test.each(['127.0.0.1', '127.8.9.1', 'localhost', 'LocalHost', '::1'])(
  '%s is a loopback address',
  (address) => {
    expect(isLoopbackAddress(address)).toBe(true);
  },
);

test.each([
  '0.0.0.0',
  '::',
  '',
  '10.0.0.1',
  '127.0.0.1.example.com',
  'localhost.',
  '128.0.0.1',
  '127.0.0.1\n',
])('"%s" is none', (address) => {
  expect(isLoopbackAddress(address)).toBe(false);
});

test.each([
  ['localhost:80', true],
  ['[::1]', true],
  ['::1', false],
  ['a@localhost', false],
  ['localhost:80:80', false],
  ['localhost/', false],
])('the Host %s: %s', (host, loopback) => {
  expect(isLoopbackHost(host)).toBe(loopback);
});

test.each([
  ['https://localhost', true],
  ['http://[::1]:1', true],
  ['ftp://localhost', false],
  ['localhost', false],
  ['http://localhost/', false],
  ['http://localhost.example.com', false],
])('the Origin %s: %s', (origin, loopback) => {
  expect(isLoopbackOrigin(origin)).toBe(loopback);
});
