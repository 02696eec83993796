import type { Contender } from '../contender.ts';
import { seconds, type Drill } from '../drill.ts';
import { serve } from '../fault-server.ts';
import { fail } from '../replies.ts';
import { watch } from '../watch.ts';

// So many calls side by side that a wait drawn by chance cannot look the same in all of them.
const CALLS = 8;
// Two waits that differ by less than this share of themselves are the same but for the clock.
const SAME = 0.1;
const BOUND_MS = 25_000;

/** A server that answers every attempt so. */
function failing(status: number, refusedUnstarted: boolean): Drill {
  return {
    name: `on ${status}`,
    does: `every attempt is answered with ${status}; the attempts, and the range of each wait over ${CALLS} calls`,
    weakIf:
      (refusedUnstarted
        ? 'there is one attempt, though the server did nothing and a repeat would help; or '
        : '') + 'a wait is the same in all calls, so that callers who fail together return together',
    run: async (contender) => {
      const calls = await Promise.all(Array.from({ length: CALLS }, () => waitsOf(contender, status)));
      const attempts = 1 + Math.max(...calls.map((waits) => waits.length));
      if (attempts === 1) return { text: '1 attempt', weak: refusedUnstarted };
      const ranges = Array.from({ length: attempts - 1 }, (_, nth) =>
        rangeOf(calls.map((waits) => waits[nth] ?? Number.NaN)),
      );
      const text = ranges.map(([least, most]) => `${seconds(least, 2)}–${seconds(most, 2)}`).join(', ');
      const jitters = ranges.every(([least, most]) => most - least > most * SAME);
      return { text: `${attempts} attempts: ${text} s`, weak: !jitters };
    },
  };
}

/** The waits between the attempts of one call, with a client and a server of its own. */
async function waitsOf(contender: Contender, status: number): Promise<number[]> {
  await using server = await serve(fail(contender.dialect, status));
  const call = await contender.open(server.url);
  await watch(call(), BOUND_MS);
  return server.received.slice(1).map(({ at }, nth) => at - (server.received[nth]?.at ?? at));
}

function rangeOf(values: readonly number[]): [least: number, most: number] {
  const known = values.filter((value) => !Number.isNaN(value));
  return [Math.min(...known), Math.max(...known)];
}

export const failingAnswers: readonly Drill[] = [
  failing(500, false),
  failing(429, true),
  failing(503, false),
];
