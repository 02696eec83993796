import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';
import { JWKS_AGAIN_MS, JWKS_FRESH_MS, JWKS_TIMEOUT_MS, LONGEST_JWKS_MS } from '../config/constants.ts';

/** Whether the issuer's keys can be had, each time that this changes; and what went wrong where they cannot. */
export type KeysWatch = (there: boolean, error?: unknown) => void;

/**
 * The keys that an issuer publishes. They are asked for again every ten minutes, so that a key that was withdrawn is
 * refused, and for a key id that is new, so that the issuer can rotate; a flood of invented key ids asks every half
 * minute at most. An issuer that is away ends no session: the last keys go on for an hour, and then nobody is let in.
 * How old they are is by a clock that nobody sets.
 */
export function issuerKeys(url: string, watch: KeysWatch): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(url), { timeoutDuration: JWKS_TIMEOUT_MS, cacheMaxAge: Infinity });
  let hadAt = -Infinity;
  let askAgainAt = -Infinity;
  let there = true;
  const tell = (now: boolean, error?: unknown): void => {
    if (now !== there) watch(now, error);
    there = now;
  };
  const ask = async (): Promise<void> => {
    // Whoever comes meanwhile need not wait for it.
    askAgainAt = performance.now() + JWKS_AGAIN_MS;
    try {
      await keys.reload();
    } catch (error) {
      tell(false, error);
      if (performance.now() >= hadAt + LONGEST_JWKS_MS) throw error;
      return;
    }
    hadAt = performance.now();
    askAgainAt = hadAt + JWKS_FRESH_MS;
    tell(true);
  };
  return async (header, token) => {
    const now = performance.now();
    if (now >= askAgainAt || now >= hadAt + LONGEST_JWKS_MS) await ask();
    return keys(header, token);
  };
}
