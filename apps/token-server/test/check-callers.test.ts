import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { generateKeyPairSync } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { expect, test } from 'vitest';
import type { TokenServerConfig } from '../src/config/config.ts';
import type { Preset } from '../src/config/presets.ts';
import { checked } from './checked.ts';
import { answering } from './listening.ts';
import { freePort } from './redis-server.ts';

const keysAt = (jwksUrl: string, algorithms = ['RS256', 'ES256', 'EdDSA']): Partial<TokenServerConfig> => ({
  callers: {
    jwt: {
      keys: { jwksUrl },
      issuer: 'i',
      audience: 'a',
      algorithms,
      skewSeconds: 30,
      tenantClaim: undefined,
    },
  },
});

const saying =
  (body: unknown, status = 200, headers = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  };

async function keyOf(alg: string, more: JWK = {}): Promise<JWK> {
  const { publicKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(publicKey)), alg, kid: crypto.randomUUID(), ...more };
}

async function unnamedKey(): Promise<JWK> {
  const { kid: _, ...key } = await keyOf('ES256');
  return key;
}

async function unnamedEdwardsKey(): Promise<JWK> {
  const { kid: _, ...key } = await keyOf('EdDSA');
  return key;
}

/** As no issuer should have one any more, and jose makes none. */
function shortKey(): JWK {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  return { ...publicKey.export({ format: 'jwk' }), kty: 'RSA', alg: 'RS256', kid: 'short' };
}

async function privateKeyOf(alg: string): Promise<JWK> {
  return exportJWK((await generateKeyPair(alg, { extractable: true })).privateKey);
}

const JWKS_URI = 'write the address that the issuer’s /.well-known/openid-configuration calls jwks_uri';

test.each<[what: string, answer: RequestListener, code: number, line: string]>([
  [
    'good keys, and others',
    saying({ keys: [await keyOf('ES256'), await keyOf('ES384'), await keyOf('EdDSA', { use: 'sig' })] }),
    0,
    'good       JWKS_URL: has 2 of 3 keys that are good for RS256, ES256, EdDSA',
  ],
  [
    'a key that does not say for what',
    saying({ keys: [{ ...(await keyOf('ES256')), alg: undefined }] }),
    0,
    'good ',
  ],
  [
    'two keys without a name',
    saying({ keys: [await unnamedKey(), await unnamedKey()] }),
    0,
    'good       JWKS_URL: has 2 of 2 keys',
  ],
  [
    'more keys without a name than are tried',
    saying({ keys: await Promise.all(Array.from({ length: 5 }, unnamedKey)) }),
    1,
    'wrong      JWKS_URL: has 5 keys without a "kid", and only 4 are tried: ask who runs the issuer to name them',
  ],
  [
    'keys without a name, of each algorithm no more than are tried',
    saying({
      keys: [...(await Promise.all(Array.from({ length: 4 }, unnamedKey))), await unnamedEdwardsKey()],
    }),
    0,
    'good       JWKS_URL: has 5 of 5 keys',
  ],
  [
    'more keys of one algorithm than are tried',
    saying({ keys: await Promise.all(Array.from({ length: 5 }, () => keyOf('ES256'))) }),
    0,
    'note       JWKS_URL: has 5 keys for one algorithm, and a token without a "kid" is tried with 4: see that tokens have one',
  ],
  [
    'a key that is too short to verify anything',
    saying({ keys: [shortKey()] }),
    1,
    'wrong      JWKS_URL: has no key for RS256, ES256, EdDSA, only RS256 of 1024 bits: correct',
  ],
  ['what is no JSON', saying('<html>'), 1, `wrong      JWKS_URL: answers with what is no JSON: ${JWKS_URI}`],
  [
    'another document of the issuer',
    saying({ issuer: 'i', jwks_uri: 'https://i.example.com/keys' }),
    1,
    `wrong      JWKS_URL: answers with JSON that is no key set: ${JWKS_URI}`,
  ],
  ['no such page', saying('', 404), 1, `wrong      JWKS_URL: answers with status 404: ${JWKS_URI}`],
  [
    'a page that has moved',
    saying('', 301, { location: '/elsewhere' }),
    1,
    'wrong      JWKS_URL: answers with status 301, and no redirect is followed: write the address that it leads to',
  ],
  [
    'an issuer that is down',
    saying('', 503),
    2,
    'unanswered JWKS_URL: answers with status 503: try again, and ask who runs the issuer',
  ],
  [
    'no key',
    saying({ keys: [] }),
    1,
    'wrong      JWKS_URL: has no key in it, so nobody can sign: ask who runs the issuer',
  ],
  [
    'keys of another kind',
    saying({ keys: [await keyOf('ES384'), await keyOf('ES256', { use: 'enc' })] }),
    1,
    'wrong      JWKS_URL: has no key for RS256, ES256, EdDSA, only ES384, ES256 for encryption: correct JWT_ALGORITHMS, or ask who runs the issuer',
  ],
  [
    'a private key',
    saying({ keys: [await privateKeyOf('ES256')] }),
    1,
    'wrong      JWKS_URL: has no key for',
  ],
  [
    'an issuer that is silent',
    () => undefined,
    2,
    'unanswered JWKS_URL: did not answer whole within 3 seconds: look at the address and the network',
  ],
  [
    'an issuer that does not end',
    (_request, response) => response.writeHead(200).write('{"keys":['),
    2,
    'unanswered JWKS_URL: did not answer whole within 3 seconds',
  ],
])('finds %s where the issuer’s keys should be', async (_what, answer, code, line) => {
  await using issuer = await answering(answer);
  const found = await checked(keysAt(`${issuer.url}/keys`));
  expect(found.lines).toContainEqual(expect.stringContaining(line));
  expect(found.code).toBe(code);
});

test('finds an issuer out of reach', async () => {
  const { code, lines } = await checked(keysAt(`http://127.0.0.1:${await freePort()}/keys`));
  expect([code, lines]).toEqual([
    2,
    ['unanswered JWKS_URL: cannot be reached: look at the address and the network (ECONNREFUSED)'],
  ]);
});

const preset = (name: string, ...scopes: readonly string[]): Preset => ({
  name,
  vendor: 'anam',
  description: undefined,
  caps: { maxSessionSeconds: 60 },
  scopes,
  request: {},
});
const key = (...scopes: readonly string[]) => ({
  name: 'k',
  hash: Buffer.alloc(32),
  scopes,
  tenant: undefined,
});
const serviceKeysFile = 'keys.yaml';

test('finds presets that no service key may use', async () => {
  const presets = [preset('open'), preset('both', 'a', 'b'), preset('one', 'a')];
  const serviceKeys = [key('a'), key('b')];
  expect(await checked({ callers: { serviceKeysFile }, serviceKeys, presets })).toEqual({
    code: 1,
    lines: [
      'wrong      presets.both.scopes: no key in SERVICE_KEYS_FILE may use it: give one the scopes ["a","b"]',
    ],
  });
  expect(await checked({ callers: { serviceKeysFile }, serviceKeys: [], presets })).toEqual({
    code: 1,
    lines: ['wrong      SERVICE_KEYS_FILE: has no key in it, so nobody can call'],
  });
  // A JWT may allow more.
  await using issuer = await answering(saying({ keys: [await keyOf('ES256')] }));
  const { jwt } = keysAt(`${issuer.url}/keys`).callers ?? {};
  const callers = { serviceKeysFile, ...(jwt !== undefined && { jwt }) };
  expect((await checked({ callers, serviceKeys, presets })).code).toBe(0);
});
