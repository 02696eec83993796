import { Secret } from '@org/core';
import type { TokenServerConfig } from './config.ts';

/** What must not be in any line that is logged or printed. */
export function secretsOf({ accounts, callers, redis, stateSecret }: TokenServerConfig): readonly Secret[] {
  const { jwt } = callers ?? {};
  return [
    ...Object.values(accounts).map(({ apiKey }) => apiKey),
    ...(jwt !== undefined && 'secret' in jwt.keys ? [jwt.keys.secret] : []),
    ...(redis === undefined ? [] : [redis.url, ...passwordIn(redis.url)]),
    ...(stateSecret === undefined ? [] : [stateSecret]),
  ];
}

/** As Redis is told it, which may quote it. */
function passwordIn(url: Secret): readonly Secret[] {
  const { password } = new URL(url.reveal());
  return password === '' ? [] : [new Secret(decodeURIComponent(password))];
}
