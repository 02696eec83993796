import { FallbackState } from './fallback.ts';
import { MemoryState } from './memory.ts';
import type { OnOutage } from './pulse.ts';
import { RedisState } from './redis.ts';
import type { State } from './state.ts';

/** What is remembered where: in memory, or in Redis with the policy for when it is gone. */
export function openState(
  redis: { readonly url: string; readonly prefix: string; readonly whenDown: 'refuse' | 'local' } | undefined,
  onOutage: OnOutage,
): State {
  if (redis === undefined) return new MemoryState();
  const shared = new RedisState(redis.url, redis.prefix, onOutage);
  return redis.whenDown === 'local' ? new FallbackState(shared) : shared;
}
