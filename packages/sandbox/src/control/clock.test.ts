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

test('does not leave the years that a date can be written in', async () => {
  const clock = createClock();
  const century = 100 * 365.25 * 86_400_000;
  for (let advanced = 0; advanced < 79; advanced += 1) await clock.advance(century);
  await expect(clock.advance(century)).rejects.toThrow('ms: must not take the clock past the year 9999');
  expect(new Date(clock.now()).getUTCFullYear()).toBeLessThan(10_000);
});
