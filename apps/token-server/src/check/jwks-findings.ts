import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors, type JWK } from 'jose';
import { JWKS_TIMEOUT_MS, MOST_KEYS_TRIED } from '../config/constants.ts';
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
  return [await keysFinding(remote.jwks()?.keys ?? [], algorithms)];
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

async function keysFinding(keys: readonly JWK[], algorithms: readonly string[]): Promise<Finding> {
  if (keys.length === 0)
    return found('wrong', 'has no key in it, so nobody can sign: ask who runs the issuer');
  const isOfUse = await Promise.all(keys.map((key) => isGood(key, algorithms)));
  const good = keys.filter((_key, at) => isOfUse[at]);
  const names = algorithms.join(', ');
  const count = good.length;
  const unnamed = good.filter(({ kid }) => kid === undefined).length;
  if (unnamed > MOST_KEYS_TRIED) {
    return found(
      'wrong',
      `has ${unnamed} keys without a "kid", and only ${MOST_KEYS_TRIED} are tried: ask who runs the issuer to name them`,
    );
  }
  return count > 0
    ? found('good', `has ${count} of ${keys.length} keys that are good for ${names}`)
    : found(
        'wrong',
        `has no key for ${names}, only ${[...new Set(keys.map(kindOf))].join(', ')}: correct JWT_ALGORITHMS, or ask who runs the issuer`,
      );
}

/** By what finds the key of a token. */
async function isGood(key: JWK, algorithms: readonly string[]): Promise<boolean> {
  const keyFor = createLocalJWKSet({ keys: [key] });
  const lookups = await Promise.allSettled(algorithms.map((alg) => keyFor({ alg })));
  return lookups.some(({ status }) => status === 'fulfilled');
}

function kindOf({ alg, kty, crv, use }: JWK): string {
  return [alg ?? crv ?? kty, use === 'enc' ? 'for encryption' : ''].join(' ').trim();
}
