import { good, weak, type Drill } from '../drill.ts';
import { serve } from '../fault-server.ts';
import { fail } from '../replies.ts';
import { watch } from '../watch.ts';

const BOUND_MS = 25_000;

/** Many calls at once while nothing works. */
function outage(calls: number): Drill {
  const mostRequests = calls * 1.5;
  return {
    name: `${calls} calls in an outage`,
    does: `${calls} calls at once on one client, every attempt answered with 503, real waits; the requests that arrive`,
    weakIf: 'half as many requests again arrive: a server that is down is not helped up by more load',
    run: async ({ dialect, open }) => {
      await using server = await serve(fail(dialect, 503));
      const call = await open(server.url);
      await Promise.all(Array.from({ length: calls }, () => watch(call(), BOUND_MS)));
      const { length } = server.received;
      const text = `${length}, ×${(length / calls).toFixed(2)}`;
      return length < mostRequests ? good(text) : weak(text);
    },
  };
}

export const outages: readonly Drill[] = [outage(200), outage(600)];
