import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import {
  JWKS_AGAIN_MS,
  JWKS_FRESH_MS,
  JWKS_MISSING_AGAIN_MS,
  JWKS_TIMEOUT_MS,
  LONGEST_JWKS_MS,
} from '../config/constants.ts';

/** Whether the issuer's keys can be had, each time that this changes; and what went wrong where they cannot. */
export type KeysWatch = (there: boolean, error?: unknown) => void;

/**
 * The keys that an issuer publishes. They are asked for again every ten minutes, so that a key that was withdrawn is
 * refused, and for a key id that is new, so that the issuer can rotate; whoever invents key ids has it asked every half
 * minute at most. An issuer that is away ends no session: the last keys go on for an hour, and then nobody is let in.
 * Without keys it is asked every second at most. How old they are is by a clock that nobody sets.
 */
export function issuerKeys(url: string, watch: KeysWatch): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(url), {
    timeoutDuration: JWKS_TIMEOUT_MS,
    cacheMaxAge: Infinity,
    // For a new key id it would ask by itself, each time while the issuer is away.
    cooldownDuration: Infinity,
  });
  let hadAt = -Infinity;
  /** When the last try was over; `Infinity` while it is under way. */
  let askedAt = -Infinity;
  let lastTry = Promise.resolve();
  let there = true;
  const tell = (now: boolean, error?: unknown): void => {
    if (now !== there) watch(now, error);
    there = now;
  };
  const areUsable = (): boolean => performance.now() < hadAt + LONGEST_JWKS_MS;
  const mayAsk = (): boolean =>
    performance.now() >= askedAt + (areUsable() ? JWKS_AGAIN_MS : JWKS_MISSING_AGAIN_MS);
  const reload = async (): Promise<void> => {
    askedAt = Infinity;
    try {
      await keys.reload();
      hadAt = performance.now();
      tell(true);
    } catch (error) {
      tell(false, error);
      throw error;
    } finally {
      askedAt = performance.now();
    }
  };
  /** One try for all who wait for it; what came of it, until there may be another. */
  const ask = (): Promise<void> => {
    if (mayAsk()) lastTry = reload();
    return lastTry;
  };
  return async (header, token) => {
    if (!areUsable()) await ask();
    // Whoever comes meanwhile need not wait for it.
    else if (performance.now() >= hadAt + JWKS_FRESH_MS && mayAsk()) await ask().catch(() => undefined);
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await ask().catch(() => undefined);
      return keys(header, token);
    }
  };
}
