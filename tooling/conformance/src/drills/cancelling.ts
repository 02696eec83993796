import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { good, seconds, weak, type Drill } from '../drill.ts';
import { serve } from '../fault-server.ts';
import { answer, succeed } from '../replies.ts';
import { watch } from '../watch.ts';

const NO_SIGNAL = weak('takes no signal');

/** Whether a reason, or something that was caused by it, is what was thrown. */
function keeps(error: unknown, reason: Error): boolean {
  return error === reason || (error instanceof Error && keeps(error.cause, reason));
}

const abort: Drill = {
  name: 'abort during a wait',
  does: 'a 503 that asks for 20 s; the signal is aborted 0.1 s into the wait, with a reason',
  weakIf:
    'the call does not end at once, so that somebody who has left is still waited for; or the reason is lost',
  run: async ({ dialect, open, takesNoSignal }) => {
    if (takesNoSignal) return NO_SIGNAL;
    const { failure, contentType } = dialect;
    const stop = new AbortController();
    const reason = new Error('the user left');
    await using server = await serve(answer(503, failure, contentType, { 'retry-after': '20' }));
    const call = await open(server.url);
    const running = call(stop.signal);
    const early = await watch(running, 100);
    if (!('pending' in early)) return good('does not wait');
    const abortedAt = performance.now();
    stop.abort(reason);
    const outcome = await watch(running, 3_000);
    if ('pending' in outcome) return weak('waits on');
    const tookMs = performance.now() - abortedAt;
    if (tookMs > 500) return weak(`ends after ${seconds(tookMs)} s`);
    return 'error' in outcome && keeps(outcome.error, reason) ? good('✓') : weak('at once, reason lost');
  },
};

const CALLS = 100;

const listeners: Drill = {
  name: `listeners after ${CALLS} calls`,
  does: `${CALLS} good calls, one after another, with the same signal; the listeners left on it, where what waits for the garbage collector counts until then`,
  weakIf: 'any is left: a signal that lives as long as a server collects them',
  run: async ({ dialect, open, takesNoSignal }) => {
    if (takesNoSignal) return NO_SIGNAL;
    const { signal } = new AbortController();
    await using server = await serve(succeed(dialect));
    const call = await open(server.url);
    for (let made = 0; made < CALLS; made++) await call(signal);
    // What is taken away in a later turn is taken away.
    await sleep(50);
    const left = getEventListeners(signal, 'abort').length;
    return left === 0 ? good('✓') : weak(`${left} left`);
  },
};

export const cancelling: readonly Drill[] = [abort, listeners];
