import type { Broker } from './broker/broker.ts';
import { REAP_MS, SWEEP_MS } from './config/constants.ts';
import type { Logger } from './ops/logger.ts';

/** What the server does without being asked: ends what is due, compares with the vendors, mints ahead. Returns how to stop. */
export function doChores({ reaper, sweeper, warm }: Broker, logger: Logger): () => Promise<void> {
  const fill = (): Promise<void> => {
    warm.fill();
    return Promise.resolve();
  };
  const stops = [
    repeat(SWEEP_MS, fill, 'warm', logger),
    repeat(SWEEP_MS, () => sweeper.sweep(), 'sweep', logger),
    repeat(REAP_MS, () => reaper.reap(), 'reap', logger),
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
  name: string,
  logger: Logger,
): () => Promise<void> {
  let underWay: Promise<void> | undefined;
  const timer = setInterval(() => {
    underWay ??= chore()
      .catch((error: unknown) => {
        logger.warn({ error }, `failed: ${name}`);
      })
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
