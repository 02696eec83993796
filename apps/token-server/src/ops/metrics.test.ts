import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';
import { logWatch } from './log-watch.ts';
import { Metrics } from './metrics.ts';

test('how many unknown sessions run is not said when nobody can see', async () => {
  const metrics = new Metrics(() => 'ok', []);
  const watch = metrics.watch(logWatch(createLogger('silent', [], { write: () => undefined })));
  const said = async (): Promise<string | undefined> =>
    /^token_server_unknown_sessions(.*)$/m.exec(await metrics.registry.metrics())?.[1];
  watch.unknown('liveavatar', 2, false);
  expect(await said()).toBe('{vendor="liveavatar"} 2');
  watch.unknown('liveavatar', undefined, false);
  expect(await said()).toBeUndefined();
});
