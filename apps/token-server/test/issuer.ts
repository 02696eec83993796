import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import type { CallerSettings, JwtSettings } from '../src/config/caller-settings.ts';
import { answering } from './listening.ts';

export const ISSUER = 'https://issuer.example.com';
export const AUDIENCE = 'token-server';

/** Somebody who issues JWTs and publishes the keys, over real HTTP. */
export interface Issuer extends AsyncDisposable {
  readonly callers: CallerSettings & { readonly jwt: JwtSettings };
  /** How often the keys were asked for. */
  asked(): number;
  /** From now on signs with a new key; publishes it too, unless told otherwise. */
  rotate(publish?: boolean): Promise<void>;
  /** From now on publishes no key, and signs as before. */
  withdraw(): void;
  /** From now on the keys are answered so; `hang`: not at all. */
  answer(status: number | 'hang'): void;
  token(claims?: JWTPayload, options?: { expires?: string | number; key?: CryptoKey }): Promise<string>;
}

export async function startIssuer({ namesKeys = true }: { namesKeys?: boolean } = {}): Promise<Issuer> {
  const keys: object[] = [];
  let signing: { key: CryptoKey; name: { kid?: string } } | undefined;
  let asked = 0;
  let status: number | 'hang' = 200;
  const rotate = async (publish = true): Promise<void> => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const name = namesKeys ? { kid: crypto.randomUUID() } : {};
    if (publish) keys.push({ ...(await exportJWK(publicKey)), ...name, alg: 'ES256', use: 'sig' });
    signing = { key: privateKey, name };
  };
  await rotate();
  const server = await answering((_request, response) => {
    asked++;
    if (status === 'hang') return;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
  });
  return {
    callers: {
      jwt: {
        keys: { jwksUrl: `${server.url}/keys` },
        issuer: ISSUER,
        audience: AUDIENCE,
        algorithms: ['ES256'],
        skewSeconds: 30,
        tenantClaim: undefined,
      },
    },
    asked: () => asked,
    rotate,
    withdraw: () => {
      keys.length = 0;
    },
    answer: (code) => {
      status = code;
    },
    token: async (claims = {}, { expires = '5m', key } = {}) => {
      if (signing === undefined) throw new Error('there is a key from the start');
      return new SignJWT({ sub: 'ada', iss: ISSUER, aud: AUDIENCE, ...claims })
        .setProtectedHeader({ alg: 'ES256', ...signing.name })
        .setIssuedAt()
        .setExpirationTime(expires)
        .sign(key ?? signing.key);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

export const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });
