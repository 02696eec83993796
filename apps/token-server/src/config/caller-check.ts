import type { CallerSettings } from './caller-settings.ts';
import { isLoopbackAddress } from './loopback.ts';

/**
 * What keeps a server from starting that would not check its callers; empty when nothing does. Whoever reaches it
 * could spend its owner's credit, so without a check there is only `--dev` on a loopback address.
 */
export function uncheckedCallers({
  dev,
  host,
  callers,
}: {
  dev: boolean;
  host: string;
  callers?: CallerSettings | undefined;
}): readonly string[] {
  if (dev && callers !== undefined) {
    return [
      'With --dev callers are not checked, and JWKS_URL, JWT_SECRET or SERVICE_KEYS_FILE says how to: leave one out.',
    ];
  }
  if (!dev && callers === undefined) {
    return [
      'Nothing says how callers are checked: set JWKS_URL, JWT_SECRET or SERVICE_KEYS_FILE; or start it with --dev, for development on this machine.',
    ];
  }
  if (dev && !isLoopbackAddress(host)) {
    return ['With --dev callers are not checked, so HOST must be a loopback address, such as 127.0.0.1.'];
  }
  return [];
}
