import { expect } from 'vitest';
import { auditIn } from '../vendor-sessions.ts';

/** Whose log it is. */
interface Replica {
  readonly lines: readonly string[];
}

/**
 * Waits until each of the sessions has its receipt. A receipt that was written but not noted yet when the replica or
 * Redis went is written again, and says the same: so many may have been under way at that moment.
 */
export async function expectReceipts(
  replicas: readonly Replica[],
  sessions: readonly string[],
  underWay: number,
): Promise<void> {
  const receipts = (): readonly (readonly string[])[] => {
    const ended = replicas.flatMap(({ lines }) => auditIn(lines, 'ended'));
    return sessions.map((id) =>
      ended
        .filter(({ session }) => session === id)
        .map(({ seconds, reason = '' }) => `${seconds ?? '?'} s, ${reason}`),
    );
  };
  await expect.poll(() => receipts().filter((of) => of.length === 0), { timeout: 5_000 }).toEqual([]);
  const twice = receipts().filter((of) => of.length > 1);
  expect(twice.length).toBeLessThanOrEqual(underWay);
  for (const each of twice) expect(new Set(each).size).toBe(1);
}
