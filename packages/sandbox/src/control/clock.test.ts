import { expect, test } from 'vitest';
import { createClock } from './clock.ts';

test('shows real time until it is advanced', async () => {
  const clock = createClock();
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000);
  await clock.advance(3_600_000);
  expect(Math.abs(clock.now() - Date.now() - 3_600_000)).toBeLessThan(1000);
});

test.each([-1, Number.NaN, Infinity])('does not advance by %d', async (ms) => {
  await expect(createClock().advance(ms)).rejects.toThrow('ms: must be a number of milliseconds, 0 or more');
});
