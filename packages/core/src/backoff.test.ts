import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';

/** Mulberry32: a small source of chance that a seed repeats. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// The design's schedule, once more by hand: after 429 and 503 the steps are twice as long.
const STEPS: readonly [status: number | undefined, retry: number, step: number][] = [
  [undefined, 0, 500],
  [undefined, 1, 1_000],
  [undefined, 2, 2_000],
  [undefined, 3, 4_000],
  [undefined, 4, 8_000],
  [undefined, 5, 8_000],
  [500, 0, 500],
  [502, 1, 1_000],
  [504, 2, 2_000],
  [408, 0, 500],
  [429, 0, 1_000],
  [503, 0, 1_000],
  [503, 1, 2_000],
  [429, 3, 8_000],
  [429, 4, 8_000],
];

describe('backoffMs', () => {
  it.each(STEPS)('after %s, retry %i, is drawn evenly from 0 to %i ms', (status, retry, step) => {
    const random = chance(20_260_823 + retry);
    const bins = 20;
    const draws = 20_000;
    const counts = new Array<number>(bins).fill(0);
    for (let draw = 0; draw < draws; draw++) {
      const bin = Math.floor((backoffMs(retry, status, random()) / step) * bins);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    // The floor moves what lies below 50 ms upwards, so the bins below it are counted as one.
    const floored = Math.floor((50 / step) * bins) + 1;
    const low = counts.slice(0, floored).reduce((sum, count) => sum + count, 0);
    const cells = [
      { seen: low, expected: (draws / bins) * floored },
      ...counts.slice(floored).map((seen) => ({ seen, expected: draws / bins })),
    ];
    const chiSquare = cells.reduce((sum, { seen, expected }) => sum + (seen - expected) ** 2 / expected, 0);
    // 99.9 % of fair draws stay below this with 19 degrees of freedom; the seed makes it the same on every run.
    expect(chiSquare).toBeLessThan(43.8);
    expect(counts).toHaveLength(bins);
  });

  it('never waits less than 50 ms, whatever chance says', () => {
    expect(backoffMs(0, undefined, 0)).toBe(50);
    expect(backoffMs(9, 503, 0)).toBe(50);
  });

  it('stays between floor and step for any retry', () => {
    fc.assert(
      fc.property(
        fc.nat(2_000),
        fc.constantFrom(undefined, 408, 429, 500, 502, 503, 504),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (retry, status, random) => {
          const wait = backoffMs(retry, status, random);
          expect(wait).toBeGreaterThanOrEqual(50);
          expect(wait).toBeLessThan(8_000);
        },
      ),
    );
  });
});
