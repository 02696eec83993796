import { expect, test } from 'vitest';
import { candidateOf, isLoopback, loopbackOnly, withCandidate } from './ice.ts';

test.each([
  ['candidate:1 1 udp 2122260223 127.0.0.1 5000 typ host generation 0', true],
  ['a=candidate:1 1 UDP 2122260223 127.0.0.1 5000 typ host', true],
  ['candidate:1 1 tcp 1518280447 127.0.0.1 9 typ host tcptype active', false],
  ['candidate:1 1 udp 2122260223 192.168.0.2 5000 typ host', false],
  ['candidate:1 1 udp 2122260223 4f8f1c2e-1.local 5000 typ host', false],
  ['candidate:1 1 udp 2122260223 ::1 5000 typ host', false],
  ['candidate:1 1 udp 1 8.8.8.8 5000 typ srflx raddr 127.0.0.1 rport 1', false],
  ['', false],
])('%s', (candidate, local) => {
  expect(isLoopback(candidate)).toBe(local);
});

test('a description keeps everything but candidates of elsewhere', () => {
  const lines = [
    'v=0',
    'a=candidate:1 1 udp 1 127.0.0.1 5 typ host',
    'a=candidate:2 1 udp 1 10.0.0.1 5 typ host',
    'a=mid:0',
    '',
  ];
  const local = [lines[0], lines[1], lines[3], ''].join('\r\n');
  expect(loopbackOnly(lines.join('\r\n'))).toBe(local);
  // The stack reads these as well, so a candidate must not hide behind them.
  expect(loopbackOnly(lines.join('\n'))).toBe(local);
});

test('a candidate goes into the first section', () => {
  const [head, audio, video] = ['v=0\r\n', 'm=audio 9\r\na=mid:0\r\n', 'm=video 9\r\na=mid:1\r\n'];
  expect(withCandidate(`${head}${audio}${video}`, 'candidate:1')).toBe(
    `${head}${audio}a=candidate:1\r\n${video}`,
  );
});

test('a candidate is taken only as text, with or without its place', () => {
  const candidate = 'candidate:1';
  expect(candidateOf({ candidate, more: 1 })).toEqual({ candidate, sdpMid: null, sdpMLineIndex: null });
  expect(candidateOf({ candidate, sdpMid: '0', sdpMLineIndex: 0 })).toMatchObject({ sdpMid: '0' });
  expect(() => candidateOf({ candidate: 5 })).toThrow('candidate: must be a text');
  expect(() => candidateOf({ sdpMid: {} })).toThrow('sdpMid: must be a text or null');
  expect(() => candidateOf({ sdpMLineIndex: '0' })).toThrow('sdpMLineIndex: must be a number or null');
});
