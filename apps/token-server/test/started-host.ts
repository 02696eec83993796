import { Secret } from '@org/core';
import type { TokenServerConfig } from '../src/config/config.ts';
import type { Preset } from '../src/config/presets.ts';
import type { RedisServer } from './redis-server.ts';

/** A preset of LiveAvatar's whose sessions the server starts, so that it can stop them. */
export const startedHost: Preset = {
  name: 'host',
  vendor: 'liveavatar',
  description: undefined,
  caps: { maxSessionSeconds: 600 },
  start: true,
  heartbeatSeconds: 90,
  request: { mode: 'LITE', avatar_id: '3c90c3cc-0d44-4b50-8888-8dd25736052a', max_session_duration: 600 },
};

/** The settings of a server whose state is in this Redis, or in memory without one. */
export function stateIn(
  redis: RedisServer | undefined,
  prefix: string,
  whenDown: 'refuse' | 'local' = 'refuse',
): Partial<TokenServerConfig> {
  if (redis === undefined) return {};
  const settings = { url: new Secret(redis.url), prefix, whenDown };
  return { redis: settings, stateSecret: new Secret('x'.repeat(32)) };
}
