import { isLoopbackAddress } from './loopback.ts';

/**
 * What keeps a server that cannot check its callers from starting; empty when nothing does. Whoever reaches it could
 * spend its owner's credit, so without `--dev` and a loopback address there is no such server.
 */
export function uncheckedCallers({ dev, host }: { dev: boolean; host: string }): readonly string[] {
  if (!dev) {
    return [
      'This server does not check its callers yet: start it with --dev, for development on this machine.',
    ];
  }
  if (!isLoopbackAddress(host)) {
    return ['With --dev callers are not checked, so HOST must be a loopback address, such as 127.0.0.1.'];
  }
  return [];
}
