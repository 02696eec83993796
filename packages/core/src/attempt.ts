import { abortFailure, timeoutFailure, wireFailure, type Failure } from './failure.ts';
import { onAbort } from './on-abort.ts';
import type { Exchange, Transport, WireAnswer, WireRequest } from './transport/transport.ts';
import { LONGEST_TIMER_MS } from './wait.ts';

/** What bounds one attempt. */
export interface AttemptLimits {
  /** From sending to the whole body, in milliseconds. */
  readonly timeoutMs: number;
  /** Which limit it is that ends the attempt then. */
  readonly scope: 'attempt' | 'deadline';
  /** The `timeoutMs` or `deadlineMs` that the caller asked for, to be named in the error. */
  readonly namedMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * One exchange with the vendor, bounded by one timer and the caller's signal. Never rejects, and leaves behind
 * neither timer nor listener nor an open exchange.
 */
export function attempt(
  transport: Transport,
  request: WireRequest,
  limits: AttemptLimits,
): Promise<{ readonly answer: WireAnswer } | { readonly failure: Failure }> {
  const { timeoutMs, scope, namedMs, signal } = limits;
  return new Promise((resolve) => {
    // Whoever is told of the attempt may abort the call, and a signal tells of that only once.
    if (signal?.aborted === true) {
      resolve({ failure: abortFailure(signal.reason) });
      return;
    }
    // The exchange is not there yet while it starts: a caller's own fetch may abort the call from within.
    const state: { exchange?: Exchange; settled: boolean } = { settled: false };
    const settle = (outcome: { answer: WireAnswer } | { failure: Failure }): void => {
      state.settled = true;
      clearTimeout(timer);
      stopListening();
      resolve(outcome);
    };
    const onTimeout = (): void => {
      if (state.settled) return;
      const { exchange } = state;
      const phase = exchange?.phase;
      const answer = exchange?.refusal();
      exchange?.cancel();
      settle(answer === undefined ? { failure: timeoutFailure(scope, namedMs, phase) } : { answer });
    };
    // After a stall of the event loop the timers come first. The answer that came meanwhile may be a billed session's.
    const timer = setTimeout(
      () => {
        afterInput(onTimeout);
      },
      Math.min(timeoutMs, LONGEST_TIMER_MS),
    );
    const stopListening = onAbort(signal, () => {
      state.exchange?.cancel();
      settle({ failure: abortFailure(signal?.reason) });
    });
    state.exchange = transport.start(request, {
      answered: (answer) => {
        settle({ answer });
      },
      failed: (failure) => {
        settle({ failure: wireFailure(failure) });
      },
    });
    if (state.settled) state.exchange.cancel();
  });
}

/** Runs a function when what the sockets already hold has been read. */
function afterInput(run: () => void): void {
  const { setImmediate: onNextTurn } = globalThis as { setImmediate?: (run: () => void) => void };
  if (onNextTurn === undefined) setTimeout(run, 0);
  else onNextTurn(run);
}
