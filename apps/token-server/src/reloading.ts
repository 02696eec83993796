import type { Broker } from './broker/broker.ts';
import { ConfigError } from './config/config-error.ts';
import type { TokenServerConfig } from './config/config.ts';
import { RELOAD_CHECK_MS } from './config/constants.ts';
import { watchForChanges } from './config/watched-file.ts';
import type { ServiceKeyCallers } from './http/service-key-callers.ts';
import type { Logger } from './ops/logger.ts';

/** Reads the files again whenever they change; what is wrong is told, and the old goes on. Returns how to stop. */
export function reloadOnChange(
  { reload, callers }: TokenServerConfig,
  { broker, keys, logger }: { broker: Broker; keys: ServiceKeyCallers | undefined; logger: Logger },
): () => void {
  if (reload === undefined) return () => undefined;
  const watch = (what: string, file: string, use: () => Promise<void>): (() => void) => {
    const again = (isNews: boolean): void => {
      use()
        .then(() => {
          if (isNews) logger.info({ file: what }, 'reloaded');
        })
        .catch((error: unknown) => {
          const problems = error instanceof ConfigError ? error.problems : undefined;
          logger.error({ file: what, problems, error }, 'not reloaded: the old one goes on');
        });
    };
    const stop = watchForChanges(file, () => {
      again(true);
    });
    // What changed since it was read at the start, before the watcher's first look, is no change to the watcher.
    const once = setTimeout(again, RELOAD_CHECK_MS, false).unref();
    return () => {
      clearTimeout(once);
      stop();
    };
  };
  const stops = [
    watch('presets', reload.presetsFile, async () => {
      broker.usePolicy(await reload.policy());
    }),
  ];
  if (keys !== undefined && callers?.serviceKeysFile !== undefined) {
    const useKeys = async (): Promise<void> => {
      keys.use(await reload.serviceKeys());
    };
    stops.push(watch('service keys', callers.serviceKeysFile, useKeys));
  }
  return () => {
    for (const stop of stops) stop();
  };
}
