import type { Broker } from './broker/broker.ts';
import { ConfigError } from './config/config-error.ts';
import type { TokenServerConfig } from './config/config.ts';
import { watchForChanges } from './config/watched-file.ts';
import type { ServiceKeyCallers } from './http/service-key-callers.ts';
import type { Logger } from './ops/logger.ts';

/** Reads the files again whenever they change; what is wrong is told, and the old goes on. Returns how to stop. */
export function reloadOnChange(
  { reload, callers }: TokenServerConfig,
  { broker, keys, logger }: { broker: Broker; keys: ServiceKeyCallers | undefined; logger: Logger },
): () => void {
  if (reload === undefined) return () => undefined;
  const again = (what: string, read: () => Promise<void>): void => {
    read()
      .then(() => {
        logger.info({ file: what }, 'reloaded');
      })
      .catch((error: unknown) => {
        const problems = error instanceof ConfigError ? error.problems : undefined;
        logger.error({ file: what, problems, error }, 'not reloaded: the old one goes on');
      });
  };
  const stops = [
    watchForChanges(reload.presetsFile, () => {
      again('presets', async () => {
        broker.usePolicy(await reload.policy());
      });
    }),
  ];
  if (keys !== undefined && callers?.serviceKeysFile !== undefined) {
    const useKeys = async (): Promise<void> => {
      keys.use(await reload.serviceKeys());
    };
    stops.push(
      watchForChanges(callers.serviceKeysFile, () => {
        again('service keys', useKeys);
      }),
    );
  }
  return () => {
    for (const stop of stops) stop();
  };
}
