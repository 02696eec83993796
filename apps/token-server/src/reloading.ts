import type { Broker } from './broker/broker.ts';
import { ConfigError } from './config/config-error.ts';
import type { TokenServerConfig } from './config/config.ts';
import { RELOAD_CHECK_MS } from './config/constants.ts';
import type { SettingsFile } from './config/settings-file.ts';
import { watchForChanges } from './config/watched-file.ts';
import type { ServiceKeyCallers } from './http/service-key-callers.ts';
import type { Logger } from './ops/logger.ts';

/** Reads the files again whenever they change; what is wrong is told, and the old goes on. Returns how to stop. */
export function reloadOnChange(
  { reload }: TokenServerConfig,
  { broker, keys, logger }: { broker: Broker; keys: ServiceKeyCallers | undefined; logger: Logger },
): () => void {
  if (reload === undefined) return () => undefined;
  const usePolicy = broker.usePolicy.bind(broker);
  const stops = [follow('presets', reload.presets, usePolicy, logger)];
  if (keys !== undefined && reload.serviceKeys !== undefined) {
    stops.push(follow('service keys', reload.serviceKeys, keys.use.bind(keys), logger));
  }
  return () => {
    for (const stop of stops) stop();
  };
}

/** Uses what a file says whenever it says something else. Returns how to stop. */
function follow<Value>(
  what: string,
  first: SettingsFile<Value>,
  use: (value: Value) => void,
  logger: Logger,
): () => void {
  let textInUse: string | undefined = first.text;
  const readAgain = async (): Promise<void> => {
    try {
      const { text, value } = await first.again();
      if (text === textInUse) return;
      use(value);
      textInUse = text;
      logger.info({ file: what }, 'reloaded');
    } catch (error) {
      const problems = error instanceof ConfigError ? error.problems : undefined;
      logger.error({ file: what, problems, error }, 'not reloaded: the old one goes on');
      // Whoever mends it is told so, also by putting back what was there.
      textInUse = undefined;
    }
  };
  let hasChanged = false;
  let reading = false;
  /** Never two at once: the slower one would win with what is older. */
  const look = async (): Promise<void> => {
    hasChanged = true;
    if (reading) return;
    reading = true;
    while (hasChanged) {
      hasChanged = false;
      await readAgain();
    }
    reading = false;
  };
  const stop = watchForChanges(first.file, () => void look());
  // What changed since it was read at the start, before the watcher's first look, is no change to the watcher.
  const once = setTimeout(() => void look(), RELOAD_CHECK_MS).unref();
  return () => {
    clearTimeout(once);
    stop();
  };
}
