import { expect, test } from 'vitest';
import { remember } from './remember.ts';

test('forgets the oldest beyond a hundred thousand', () => {
  const map = new Map<number, number>();
  for (let i = 0; i <= 100_000; i += 1) remember(map, i, i);
  expect(map.size).toBe(100_000);
  expect(map.has(0)).toBe(false);
  expect(map.has(100_000)).toBe(true);
});
