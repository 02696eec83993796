import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { KNOWN_PROOF_MS, KNOWN_PROOFS } from '../config/constants.ts';
import { KnownProofs } from './known-proofs.ts';

const ada = { id: 'jwt:ada', scopes: new Set<string>() };
const hour = (): number => Date.now() + 3_600_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('a token is known for a while, and then verified again', () => {
  const known = new KnownProofs();
  expect(known.find('token')).toBeUndefined();
  known.keep('token', ada, hour());
  expect(known.find('token')).toBe(ada);
  expect(known.find('tokem')).toBeUndefined();
  vi.advanceTimersByTime(KNOWN_PROOF_MS);
  expect(known.find('token')).toBeUndefined();
});

test('a token is never known beyond its own end', () => {
  const known = new KnownProofs();
  known.keep('token', ada, Date.now() + 5_000);
  vi.advanceTimersByTime(4_999);
  expect(known.find('token')).toBe(ada);
  vi.advanceTimersByTime(1);
  expect(known.find('token')).toBeUndefined();
});

test('a clock that is set back makes no token known for longer', () => {
  const known = new KnownProofs();
  known.keep('token', ada, hour());
  vi.advanceTimersByTime(KNOWN_PROOF_MS);
  vi.setSystemTime(Date.now() - 86_400_000);
  expect(known.find('token')).toBeUndefined();
});

test('so many tokens are known, and the oldest is forgotten first', () => {
  const known = new KnownProofs();
  for (let n = 0; n <= KNOWN_PROOFS; n++) known.keep(`token-${n}`, ada, hour());
  expect(known.find('token-0')).toBeUndefined();
  expect(known.find('token-1')).toBe(ada);
  expect(known.find(`token-${KNOWN_PROOFS}`)).toBe(ada);
});
