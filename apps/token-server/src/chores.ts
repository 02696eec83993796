import type { Broker } from './broker/broker.ts';
import type { Failure, Watch } from './broker/watch.ts';
import { REAP_MS, SWEEP_MS } from './config/constants.ts';
import { StateUnavailable, type State } from './state/state.ts';

/** What the server does without being asked: ends what is due, compares with the vendors, mints ahead. Returns how to stop. */
export function doChores(
  { reaper, sweeper, warm }: Broker,
  { watch, state }: { readonly watch: Watch; readonly state: Pick<State, 'health'> },
): () => Promise<void> {
  const failed =
    (what: Failure) =>
    (error: unknown): void => {
      // That it is gone is told by itself; every second once more would bury what else fails.
      if (error instanceof StateUnavailable && state.health() !== 'ok') return;
      watch.failed(what, error, {});
    };
  const fill = (): Promise<void> => {
    warm.fill();
    return Promise.resolve();
  };
  const stops = [
    repeat(SWEEP_MS, fill, failed('warm')),
    repeat(SWEEP_MS, () => sweeper.sweep(), failed('sweep')),
    repeat(REAP_MS, () => reaper.reap(), failed('reap')),
  ];
  return async () => {
    warm.close();
    sweeper.close();
    await Promise.all(stops.map((stop) => stop()));
    await sweeper.idle();
  };
}

/** One after the other, never two at once; stopping waits for the one under way. */
function repeat(
  everyMs: number,
  chore: () => Promise<void>,
  failed: (error: unknown) => void,
): () => Promise<void> {
  let underWay: Promise<void> | undefined;
  const timer = setInterval(() => {
    underWay ??= chore()
      .catch(failed)
      .finally(() => {
        underWay = undefined;
      });
  }, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await underWay;
  };
}
