import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Packed } from '../src/pack.ts';

/**
 * A registry on loopback with one version of each of these packages. It is a worker, since a test that waits for a
 * command could not answer meanwhile.
 */
export async function startRegistry(packages: readonly Packed[]): Promise<{ url: string } & AsyncDisposable> {
  const worker = new Worker(new URL('registry-worker.ts', import.meta.url), { workerData: packages });
  const [url] = (await once(worker, 'message')) as [string];
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      await worker.terminate();
    },
  };
}
