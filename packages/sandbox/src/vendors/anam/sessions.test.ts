import { expect, test, vi } from 'vitest';
import { manualClock } from '../../../test/manual-clock.ts';
import { AnamSessions } from './sessions.ts';

test('counts what runs against the limit, and nothing where there is none', async () => {
  const clock = manualClock();
  const limited = new AnamSessions(clock, 2);
  limited.start('a', {});
  expect(limited.areFull()).toBe(false);
  limited.start('b', {});
  expect(limited.areFull()).toBe(true);
  await clock.advance(30_000);
  expect(limited.areFull()).toBe(false);

  const unlimited = new AnamSessions(clock);
  const look = vi.spyOn(unlimited, 'over');
  unlimited.start('a', {});
  expect(unlimited.areFull()).toBe(false);
  expect(look).not.toHaveBeenCalled();
});
