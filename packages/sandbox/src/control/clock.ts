/** The sandbox's time: everything that expires reads it, nothing waits for it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Moves time forward; what expires in between has expired when this resolves. */
  advance(ms: number): Promise<void>;
}

/** Real time, plus whatever `advance` has added. */
export function createClock(): Clock {
  let offset = 0;
  return {
    now: () => Date.now() + offset,
    advance: (ms) => {
      const problem = advanceProblem(ms);
      if (problem !== undefined) return Promise.reject(new TypeError(problem));
      offset += ms;
      return Promise.resolve();
    },
  };
}

/** Why `ms` cannot be advanced by; undefined when it can. */
export function advanceProblem(ms: unknown): string | undefined {
  return typeof ms === 'number' && Number.isFinite(ms) && ms >= 0
    ? undefined
    : 'ms: must be a number of milliseconds, 0 or more';
}
