import { unwatchFile, watchFile } from 'node:fs';
import { RELOAD_CHECK_MS } from './constants.ts';

/**
 * Tells of every change of a file, until the returned function is called. It asks the file system now and then
 * instead of being told: a file that is replaced, or a link that is turned (as Kubernetes does it), is seen as well.
 */
export function watchForChanges(file: string, changed: () => void): () => void {
  const listener = (): void => {
    changed();
  };
  watchFile(file, { interval: RELOAD_CHECK_MS, persistent: false }, listener);
  return () => {
    unwatchFile(file, listener);
  };
}
