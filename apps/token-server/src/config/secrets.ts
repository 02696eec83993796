import { Secret } from '@org/core';
import type { TokenServerConfig } from './config.ts';
import { SHORTEST_SCRUBBED_KEY } from './constants.ts';

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

/** Takes these texts out of a line, for whoever is asked may quote them; all but those that are as short as a word. */
export function scrubberOf(secrets: readonly string[]): (line: string) => string {
  const long = secrets.filter(({ length }) => length >= SHORTEST_SCRUBBED_KEY);
  return (line) => long.reduce((clean, secret) => clean.replaceAll(secret, '[key]'), line);
}
