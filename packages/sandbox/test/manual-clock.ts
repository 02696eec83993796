import type { Clock } from '../src/control/clock.ts';

/** A clock that only moves when told, so that a slow machine changes no test. */
export function manualClock(start: number = Date.UTC(2026, 0, 1)): Clock {
  let now = start;
  return {
    now: () => now,
    advance: (ms) => {
      now += ms;
      return Promise.resolve();
    },
  };
}
