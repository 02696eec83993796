import { describe, expect, it } from 'vitest';
import { runContender } from '../src/child.ts';
import { ours } from '../src/contenders/index.ts';
import { drills } from '../src/drills/index.ts';
import { weakCells } from '../src/scoreboard.ts';

describe.concurrent('our client before every fault', () => {
  it.each(ours)('has no weak cell: $name', { timeout: 60_000 }, async ({ name }) => {
    const row = await runContender(name, drills.length);
    expect(row.cells.size).toBe(drills.length);
    expect(row.deaths).toBe(0);
    expect(weakCells(row)).toEqual([]);
  });
});
