/** Numbers from 0 to 1 by a seed (mulberry32): what failed once can be run again with `SEED=…`. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of this run, printed so that it is known when the run fails. */
export function seedOfRun(): number {
  const given = Number(process.env['SEED']);
  const seed = Number.isInteger(given) && given > 0 ? given : Date.now() % 2 ** 31;
  console.log(`SEED=${seed}`);
  return seed;
}
