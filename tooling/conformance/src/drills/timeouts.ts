import { setTimeout as sleep } from 'node:timers/promises';
import type { Dialect } from '../contender.ts';
import { good, seconds, weak, type Drill } from '../drill.ts';
import { serve, type Reply } from '../fault-server.ts';
import { hang, stall, trickle } from '../replies.ts';
import { watch } from '../watch.ts';

const TIMEOUT_MS = 1_500;
// A closed connection is noticed at its other end some turns later; on a busy machine that is not soon.
const TURNS = 50;
const TURN_MS = 10;
const CUT_WITHIN_MS = 5_000;
const ENDS_WITHIN_MS = 15_000;

function silent(name: string, happens: string, reply: (dialect: Dialect) => Reply): Drill {
  return {
    name,
    does: `${happens}; the client's own timeout set to ${seconds(TIMEOUT_MS)} s. When the first attempt was cut off, and the attempts; "hangs": not within ${seconds(CUT_WITHIN_MS)} s`,
    weakIf:
      'the timeout does not end the attempt, or leaves its connection open, or an operation that must not happen twice is sent twice',
    run: async ({ dialect, open, repeat }) => {
      await using server = await serve(reply(dialect));
      const call = await open(server.url, TIMEOUT_MS);
      const running = call();
      const early = await watch(running, CUT_WITHIN_MS);
      const [first] = server.received;
      for (let turn = 0; turn < TURNS && first?.closedAt === undefined; turn++) await sleep(TURN_MS);
      if (first?.closedAt === undefined) {
        return weak('pending' in early ? 'hangs' : 'ends, connection left open');
      }
      const cut = `${seconds(first.closedAt - first.at)} s`;
      const late = 'pending' in early ? await watch(running, ENDS_WITHIN_MS) : early;
      if ('value' in late) return weak('passes as a success');
      const attempts = server.received.length;
      const text = `${cut}, ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
      return attempts > 1 && repeat === 'unsent-only' ? weak(text) : good(`✓ ${text}`);
    },
  };
}

export const timeouts: readonly Drill[] = [
  silent('hanging headers', 'no answer begins', () => hang),
  silent('a stalled body', 'the answer begins and goes silent', stall),
  silent('a byte a second', 'the answer goes on by one byte a second, for ever', trickle),
];
