import type { Secret } from '@org/core';
import { isLoopbackHost } from './loopback.ts';
import type { CallerVariable } from './variables.ts';

/** How a JWT is checked. */
export interface JwtSettings {
  readonly keys: { readonly jwksUrl: string } | { readonly secret: Secret };
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly skewSeconds: number;
  readonly tenantClaim: string | undefined;
}

/** How callers prove who they are: at least one of the two. */
export interface CallerSettings {
  readonly jwt?: JwtSettings;
  readonly serviceKeysFile?: string;
}

// Never both kinds at once: a public key taken for a shared one would let everybody sign.
const PUBLIC_KEY = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');
const SHARED_KEY = 'HS256 HS384 HS512'.split(' ');

/** The variables about callers as they were read, each checked by itself. */
type Read = Readonly<Partial<Record<Exclude<CallerVariable, ReadElsewhere>, string | undefined>>> & {
  readonly JWT_SECRET?: Secret | undefined;
  readonly JWT_ALGORITHMS?: readonly string[] | undefined;
  readonly JWT_CLOCK_SKEW_SECONDS: number;
};
type ReadElsewhere = 'JWT_SECRET' | 'JWT_ALGORITHMS' | 'JWT_CLOCK_SKEW_SECONDS';

/** What the variables say together. */
export function callerSettings(read: Read): { callers: CallerSettings | undefined; problems: string[] } {
  const { JWKS_URL: jwksUrl, JWT_SECRET: secret, SERVICE_KEYS_FILE: serviceKeysFile } = read;
  const problems: string[] = [];
  const keys = jwksUrl !== undefined ? { jwksUrl } : secret !== undefined ? { secret } : undefined;
  if (jwksUrl !== undefined && secret !== undefined) {
    problems.push('JWKS_URL and JWT_SECRET exclude each other: a JWT is checked in one way.');
  }
  if (jwksUrl !== undefined && !isConfidential(jwksUrl)) {
    problems.push('JWKS_URL must be https: whoever can change it on the way can sign as anybody.');
  }
  if (jwksUrl !== undefined && hasCredentials(jwksUrl)) {
    problems.push(
      'JWKS_URL must have no user and no password in it: no request can be made with such a URL.',
    );
  }
  const jwt = keys === undefined ? undefined : jwtSettings(keys, read, problems);
  if (jwt === undefined && serviceKeysFile === undefined) return { callers: undefined, problems };
  return {
    callers: { ...(jwt !== undefined && { jwt }), ...(serviceKeysFile !== undefined && { serviceKeysFile }) },
    problems,
  };
}

function jwtSettings(keys: JwtSettings['keys'], read: Read, problems: string[]): JwtSettings | undefined {
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = read;
  const known = 'secret' in keys ? SHARED_KEY : PUBLIC_KEY;
  const { JWT_ALGORITHMS: algorithms = 'secret' in keys ? ['HS256'] : ['RS256', 'ES256', 'EdDSA'] } = read;
  for (const [name, value] of [
    ['JWT_ISSUER', issuer],
    ['JWT_AUDIENCE', audience],
  ] as const) {
    if (value === undefined)
      problems.push(`${name} is required: without it a JWT for another service would do.`);
  }
  if (!algorithms.every((name) => known.includes(name))) {
    problems.push(`JWT_ALGORITHMS must be of ${known.join(', ')}.`);
  }
  if (issuer === undefined || audience === undefined) return undefined;
  const { JWT_CLOCK_SKEW_SECONDS: skewSeconds, JWT_TENANT_CLAIM: tenantClaim } = read;
  return { keys, issuer, audience, algorithms, skewSeconds, tenantClaim };
}

/** Whether nobody on the way can read or change what is said. */
function isConfidential(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || isLoopbackHost(hostname);
}

function hasCredentials(url: string): boolean {
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}
