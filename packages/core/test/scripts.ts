import fc from 'fast-check';
import type { Exchange, Transport, WireAnswer, WireFailure } from '../src/transport/transport.ts';
import { TOKEN } from './acme.ts';
import type { CallPlan, Meeting, Step } from './reference-model.ts';

/** A client's life: calls, one after the other, and what their attempts meet. */
export interface Script {
  readonly calls: readonly CallPlan[];
  /** Attempts that find none left succeed at once. */
  readonly steps: readonly Step[];
  /** The retry budget's capacity; `false`: none. */
  readonly budget: number | false;
}

/** What an attempt meets when the script has come to its end. */
export const LAST: Step = { meeting: { kind: 'success' }, takesMs: 0, phase: 'headers' };

const STATUSES = [400, 401, 404, 408, 409, 429, 500, 502, 503, 504];

/** @param retryAfter the waits that a vendor may ask for, in milliseconds */
export function meetings(retryAfter: fc.Arbitrary<number>): fc.Arbitrary<Meeting> {
  const status = fc.record({
    kind: fc.constant('status' as const),
    status: fc.constantFrom(...STATUSES),
    retryAfterMs: fc.option(retryAfter, { nil: undefined, freq: 3 }),
  });
  const busy = fc.record({ kind: fc.constant('status' as const), status: fc.constantFrom(500, 503) });
  const quota = fc.record({ kind: fc.constant('quota' as const), status: fc.constantFrom(403, 429, 503) });
  const broken = fc.record({
    kind: fc.constant('broken' as const),
    where: fc.constantFrom('unsent' as const, 'sent' as const, 'body' as const),
  });
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant<Meeting>({ kind: 'success' }) },
    { weight: 6, arbitrary: status },
    { weight: 4, arbitrary: busy },
    { weight: 1, arbitrary: quota },
    { weight: 4, arbitrary: broken },
  );
}

/** Scripts of any length of time: for a clock that costs nothing. */
export const anyScript: fc.Arbitrary<Script> = fc.record({
  calls: fc.array(
    fc.record({
      safe: fc.boolean(),
      maxAttempts: fc.integer({ min: 1, max: 6 }),
      attemptTimeoutMs: fc.constantFrom(200, 1_000, 10_000),
      deadlineMs: fc.constantFrom(100, 1_500, 10_000, 30_000, 120_000),
      // Mostly never; and never at the very instant of something else.
      abortAfterMs: fc.option(
        fc.integer({ min: 0, max: 5_000 }).map((ms) => ms + 0.123_456_789),
        { nil: Infinity, freq: 4 },
      ),
      chance: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  steps: fc.array(
    fc.record({
      meeting: meetings(fc.constantFrom(0, 20, 1_000, 4_000, 29_999, 30_000, 30_001, 600_000)),
      takesMs: fc.oneof(
        // Never to the very instant of a limit: which of the two comes first would be a matter of rounding.
        { weight: 5, arbitrary: fc.integer({ min: 0, max: 150 }).map((ms) => ms + 0.137) },
        { weight: 1, arbitrary: fc.constantFrom(200, 1_000, 5_000, 10_000, Infinity) },
      ),
      phase: fc.constantFrom('connect' as const, 'headers' as const, 'body' as const),
    }),
    { maxLength: 15 },
  ),
  budget: fc.oneof(fc.integer({ min: 5, max: 30 }), fc.constant(false as const)),
});

/** Scripts that a real server can play in no time: nothing hangs, and every wait is the shortest. */
export const quickScript: fc.Arbitrary<Script> = fc.record({
  calls: fc.array(
    fc.record({
      safe: fc.boolean(),
      maxAttempts: fc.integer({ min: 1, max: 4 }),
      attemptTimeoutMs: fc.constant(20_000),
      deadlineMs: fc.constant(60_000),
      abortAfterMs: fc.constant(Infinity),
      chance: fc.constant(0),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  steps: fc.array(
    fc.record({
      // A server that is there cannot play one that is not.
      meeting: meetings(fc.constantFrom(0, 60, 40_000)).filter(
        (meeting) => meeting.kind !== 'broken' || meeting.where !== 'unsent',
      ),
      takesMs: fc.constant(0),
      phase: fc.constant('headers' as const),
    }),
    { minLength: 1, maxLength: 10 },
  ),
  budget: fc.oneof(fc.integer({ min: 5, max: 30 }), fc.constant(false as const)),
});

/** A transport that plays steps instead of speaking HTTP, and remembers when each attempt began. */
export class ScriptedTransport implements Transport {
  readonly startsAt: number[] = [];
  readonly #steps: () => Step;
  readonly #now: () => number;

  constructor(steps: () => Step, now: () => number) {
    this.#steps = steps;
    this.#now = now;
  }

  warmUp(): Promise<boolean> {
    return Promise.resolve(false);
  }

  start(...[, receiver]: Parameters<Transport['start']>): Exchange {
    this.startsAt.push(this.#now());
    const { meeting, takesMs, phase } = this.#steps();
    const arrive = (): void => {
      const met = asWire(meeting);
      if ('text' in met) receiver.answered(met);
      else receiver.failed(met);
    };
    const refusal = (): undefined => undefined;
    if (takesMs === Infinity) return { phase, refusal, cancel: () => undefined };
    const timer = setTimeout(arrive, takesMs);
    return {
      phase,
      refusal,
      cancel: () => {
        clearTimeout(timer);
      },
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function asWire(meeting: Meeting): WireAnswer | WireFailure {
  if (meeting.kind === 'broken') {
    const phases = { unsent: 'connect', sent: 'sent', body: 'body' } as const;
    return {
      kind: 'connection',
      phase: phases[meeting.where],
      repeat: meeting.where === 'unsent' ? 'cured' : 'perhaps',
      message: 'it broke',
    };
  }
  const { status, body, headers } = answerOf(meeting);
  return { status, header: (name) => headers[name], text: JSON.stringify(body) };
}

/** The HTTP answer that a meeting stands for. */
export function answerOf(meeting: Exclude<Meeting, { kind: 'broken' }>): {
  status: number;
  body: unknown;
  headers: Readonly<Record<string, string>>;
} {
  if (meeting.kind === 'success') return { status: 200, body: TOKEN, headers: {} };
  if (meeting.kind === 'quota')
    return { status: meeting.status, body: { code: 'OUT_OF_CREDIT' }, headers: {} };
  const { status, retryAfterMs } = meeting;
  const headers: Record<string, string> = {};
  if (retryAfterMs !== undefined) headers['retry-after-ms'] = String(retryAfterMs);
  return { status, body: {}, headers };
}

/** The seed of this run, from the environment when a run is to be repeated. */
export const SEED: number = Number(process.env['FAST_CHECK_SEED'] ?? Date.now() % 2 ** 31);
