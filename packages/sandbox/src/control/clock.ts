/** The sandbox's time: everything that expires reads it, nothing waits for it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Moves time forward; what expires in between has expired when this resolves. */
  advance(ms: number): Promise<void>;
}

/** The end of the year 9999: what a session adds to it can still be written as a date. */
const END_OF_TIME = 253_402_300_799_999;

/** Real time, plus whatever `advance` has added. */
export function createClock(): Clock {
  let offset = 0;
  const now = (): number => Date.now() + offset;
  return {
    now,
    advance: (ms) => {
      const problem = advanceProblem(ms, now());
      if (problem !== undefined) return Promise.reject(new TypeError(problem));
      offset += ms;
      return Promise.resolve();
    },
  };
}

/** Why a clock that shows `now` cannot be advanced by `ms`; undefined when it can. */
export function advanceProblem(ms: unknown, now: number): string | undefined {
  if (typeof ms !== 'number' || !Number.isFinite(ms) || ms < 0) {
    return 'ms: must be a number of milliseconds, 0 or more';
  }
  return now + ms > END_OF_TIME ? 'ms: must not take the clock past the year 9999' : undefined;
}
