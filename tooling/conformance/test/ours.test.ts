import { describe, expect, it } from 'vitest';
import { runContender } from '../src/child.ts';
import { ours } from '../src/contenders/index.ts';
import { groups } from '../src/drills/index.ts';
import { weakCells } from '../src/scoreboard.ts';

// Group after group, so that the burst of an outage does not delay what is measured by the clock.
describe.each(groups)('$title', ({ drills }) => {
  it.concurrent.each(ours)('$name has no weak cell', { timeout: 60_000 }, async ({ name }) => {
    const row = await runContender(name, drills, drills.length);
    expect(row.cells.size).toBe(drills.length);
    expect(row.deaths).toBe(0);
    expect(weakCells(row)).toEqual([]);
  });
});
