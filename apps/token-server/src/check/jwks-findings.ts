import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors, type JWK } from 'jose';
import { JWKS_TIMEOUT_MS, LEAST_RSA_BITS, MOST_KEYS_TRIED } from '../config/constants.ts';
import type { Finding, Level } from './finding.ts';
import { codeOf, isUntrusted, UNTRUSTED } from './no-answer.ts';

const LOOK_UP = 'write the address that the issuer’s /.well-known/openid-configuration calls jwks_uri';

/** Whether the issuer's keys can be had as the server has them, and one of them is good for an algorithm that it takes. */
export async function jwksFindings(url: string, algorithms: readonly string[]): Promise<readonly Finding[]> {
  let status = 0;
  const remote = createRemoteJWKSet(new URL(url), {
    timeoutDuration: JWKS_TIMEOUT_MS,
    [customFetch]: async (...request) => {
      const response = await fetch(...request);
      ({ status } = response);
      return response;
    },
  });
  try {
    await remote.reload();
  } catch (error) {
    return [failureFinding(error, status)];
  }
  return keysFindings(remote.jwks()?.keys ?? [], algorithms);
}

function found(level: Level, message: string): Finding {
  return { level, where: 'JWKS_URL', message };
}

function failureFinding(error: unknown, status: number): Finding {
  const cause = error instanceof Error ? error.cause : undefined;
  if (error instanceof errors.JWKSTimeout || (cause instanceof Error && cause.name === 'TimeoutError')) {
    return found(
      'unanswered',
      `did not answer whole within ${JWKS_TIMEOUT_MS / 1_000} seconds: look at the address and the network`,
    );
  }
  if (status === 0) {
    const code = codeOf(error);
    return isUntrusted(code)
      ? found('wrong', `${UNTRUSTED} (${code})`)
      : found('unanswered', `cannot be reached: look at the address and the network (${code})`);
  }
  if (status >= 500 || status === 429) {
    return found('unanswered', `answers with status ${status}: try again, and ask who runs the issuer`);
  }
  if (status >= 300 && status < 400) {
    return found(
      'wrong',
      `answers with status ${status}, and no redirect is followed: write the address that it leads to`,
    );
  }
  if (status !== 200) return found('wrong', `answers with status ${status}: ${LOOK_UP}`);
  const what = error instanceof errors.JWKSInvalid ? 'JSON that is no key set' : 'what is no JSON';
  return found('wrong', `answers with ${what}: ${LOOK_UP}`);
}

async function keysFindings(
  keys: readonly JWK[],
  algorithms: readonly string[],
): Promise<readonly Finding[]> {
  if (keys.length === 0)
    return [found('wrong', 'has no key in it, so nobody can sign: ask who runs the issuer')];
  const names = algorithms.join(', ');
  const keysOf = await Promise.all(algorithms.map((alg) => keysFor(alg, keys)));
  const good = new Set(keysOf.flat()).size;
  if (good === 0) {
    const kinds = [...new Set(keys.map(kindOf))].join(', ');
    return [
      found(
        'wrong',
        `has no key for ${names}, only ${kinds}: correct JWT_ALGORITHMS, or ask who runs the issuer`,
      ),
    ];
  }
  // A token is tried only by those of its own algorithm.
  const unnamed = Math.max(...keysOf.map((fitting) => fitting.filter(({ kid }) => kid === undefined).length));
  if (unnamed > MOST_KEYS_TRIED) {
    return [
      found(
        'wrong',
        `has ${unnamed} keys without a "kid", and only ${MOST_KEYS_TRIED} are tried: ask who runs the issuer to name them`,
      ),
    ];
  }
  const findings = [found('good', `has ${good} of ${keys.length} keys that are good for ${names}`)];
  const most = Math.max(...keysOf.map(({ length }) => length));
  if (most > MOST_KEYS_TRIED) {
    findings.push(
      found(
        'note',
        `has ${most} keys for one algorithm, and a token without a "kid" is tried with ${MOST_KEYS_TRIED}: see that tokens have one`,
      ),
    );
  }
  return findings;
}

/** The keys that a token of this algorithm may be signed with, by what finds the key of a token. */
async function keysFor(alg: string, keys: readonly JWK[]): Promise<readonly JWK[]> {
  const lookups = await Promise.allSettled(keys.map((key) => createLocalJWKSet({ keys: [key] })({ alg })));
  return keys.filter((key, at) => lookups[at]?.status === 'fulfilled' && !isShort(key));
}

function isShort(key: JWK): boolean {
  return key.kty === 'RSA' && bitsOf(key) < LEAST_RSA_BITS;
}

function bitsOf({ n = '' }: JWK): number {
  return Buffer.from(n, 'base64url').length * 8;
}

function kindOf(key: JWK): string {
  const { alg, kty, crv, use } = key;
  const parts = [alg ?? crv ?? kty];
  if (isShort(key)) parts.push(`of ${bitsOf(key)} bits`);
  if (use === 'enc') parts.push('for encryption');
  return parts.join(' ');
}
