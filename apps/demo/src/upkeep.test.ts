import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { aGrant } from '../test/a-grant.ts';
import type { Grant, Standing } from './grant.ts';
import { keepAlive, type Upkeep } from './upkeep.ts';

const grant: Grant = { ...aGrant, limits: { maxSessionSeconds: 600, heartbeatSeconds: 30 } };

const ALIVE: Standing = { state: 'alive', canStop: false };

/** What each heartbeat reported. */
let beats: (string | undefined)[];
let answer: () => Promise<Standing>;
let told: Standing[];
let failures: unknown[];
let upkeep: Upkeep;

beforeEach(() => {
  vi.useFakeTimers();
  beats = [];
  answer = () => Promise.resolve(ALIVE);
  told = [];
  failures = [];
  const heartbeat = (_: Grant, vendorSessionId?: string): Promise<Standing> => {
    beats.push(vendorSessionId);
    return answer();
  };
  upkeep = keepAlive({ heartbeat }, grant, {
    onAnswer: (standing) => told.push(standing),
    onFailure: (error) => failures.push(error),
  });
});
afterEach(() => {
  upkeep.stop();
  vi.useRealTimers();
});

test('beats at once, and often enough that one may be lost', () => {
  expect(beats).toEqual([undefined]);
  vi.advanceTimersByTime(30_000);
  expect(beats).toEqual([undefined, undefined, undefined]);
  upkeep.stop();
  vi.advanceTimersByTime(60_000);
  expect(beats).toHaveLength(3);
});

test('what the vendor calls the session is told at once, and from then on each time', () => {
  upkeep.report('engine-session');
  expect(beats).toEqual([undefined, 'engine-session']);
  vi.advanceTimersByTime(12_000);
  expect(beats).toEqual([undefined, 'engine-session', 'engine-session']);
});

test('tells how the session stands, and of a heartbeat that was not taken', async () => {
  const error = new Error('no network');
  await vi.advanceTimersByTimeAsync(0);
  answer = () => Promise.reject(error);
  await vi.advanceTimersByTimeAsync(12_000);
  answer = () => Promise.resolve({ state: 'gone' });
  await vi.advanceTimersByTimeAsync(12_000);
  expect([failures, told]).toEqual([[error], [ALIVE, { state: 'gone' }]]);
});

test('once it is stopped, what is still under way is not told', async () => {
  await vi.advanceTimersByTimeAsync(0);
  upkeep.report('engine-session');
  answer = () => Promise.reject(new Error('no network'));
  upkeep.report('engine-session');
  upkeep.stop();
  await vi.advanceTimersByTimeAsync(0);
  expect([failures, told]).toEqual([[], [ALIVE]]);
});
