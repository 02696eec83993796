import type { Dialect } from '../contender.ts';
import { good, seconds, weak, type Drill } from '../drill.ts';
import { serve, type Reply } from '../fault-server.ts';
import { answer, succeed } from '../replies.ts';
import { longestTimerSince } from '../timers.ts';
import { watch } from '../watch.ts';

// A repeat this much before its time is the clock's doing, and one this much after it is still obedient.
const EARLY_MS = 30;
const LATE_MS = 800;
const SHORT_BOUND_MS = 12_000;
const LONG_BOUND_MS = 6_000;

/** One way of saying how long to wait: the header, and when that is over, in milliseconds since 1970. */
type Form = (waitMs: number) => { readonly header: Readonly<Record<string, string>>; readonly until: number };

const inSeconds: Form = (waitMs) => ({
  header: { 'retry-after': String(waitMs / 1_000) },
  until: Date.now() + waitMs,
});

const inMilliseconds: Form = (waitMs) => ({
  header: { 'retry-after-ms': String(waitMs) },
  until: Date.now() + waitMs,
});

// A date has whole seconds; rounded up, the wait is never shorter than asked.
const asDate: Form = (waitMs) => {
  const until = Math.ceil((Date.now() + waitMs) / 1_000) * 1_000;
  return { header: { 'retry-after': new Date(until).toUTCString() }, until };
};

function unavailable({ failure, contentType }: Dialect, header: Readonly<Record<string, string>>): Reply {
  return answer(503, failure, contentType, header);
}

/** Twice told to wait a second: once may be chance. */
function short(name: string, form: Form): Drill {
  return {
    name,
    does: 'two answers of 503 that ask for 1 s (a date: 1 to 2 s), then a success; the waits',
    weakIf: 'the call gives up, though it was told when to return, or returns at another time',
    run: async ({ dialect, open }) => {
      const due: number[] = [];
      await using server = await serve((response, nth) => {
        if (nth > 2) {
          succeed(dialect)(response, nth);
          return;
        }
        const { header, until } = form(1_000);
        due.push(performance.now() + until - Date.now());
        unavailable(dialect, header)(response, nth);
      });
      const call = await open(server.url);
      await watch(call(), SHORT_BOUND_MS);
      const [first, ...repeats] = server.received;
      if (first === undefined || repeats.length === 0) return weak('gives up');
      const waits = repeats.map(({ at }, nth) => seconds(at - (server.received[nth]?.at ?? at))).join(', ');
      const obeyed = repeats.every(({ at }, nth) => {
        const late = at - (due[nth] ?? Number.NaN);
        return late > -EARLY_MS && late < LATE_MS;
      });
      return obeyed ? good(`✓ ${waits} s`) : weak(`ignored: ${waits} s`);
    },
  };
}

/** Told to wait longer than anybody does. */
function long(name: string, form: Form): Drill {
  return {
    name,
    does: `every attempt is answered with 503 that asks for 600 s; what is seen in ${LONG_BOUND_MS / 1_000} s`,
    weakIf: 'the call sleeps ten minutes with somebody waiting for it, or returns before it may',
    run: async ({ dialect, open }) => {
      await using server = await serve((response, nth) => {
        unavailable(dialect, form(600_000).header)(response, nth);
      });
      const call = await open(server.url);
      const outcome = await watch(call(), LONG_BOUND_MS);
      const [first, second] = server.received;
      if (first !== undefined && second !== undefined) {
        return weak(`returns after ${seconds(second.at - first.at)} s`);
      }
      if (!('pending' in outcome)) return good('✓ fails at once');
      return weak(`sleeps ${Math.round(longestTimerSince(first?.at ?? 0) / 1_000)} s`);
    },
  };
}

export const retryAfter: readonly Drill[] = [
  short('Retry-After: 1', inSeconds),
  short('Retry-After: a date, 1 s', asDate),
  short('retry-after-ms: 1000', inMilliseconds),
  long('Retry-After: 600', inSeconds),
  long('Retry-After: a date, 600 s', asDate),
  long('retry-after-ms: 600000', inMilliseconds),
];
