import { createHmac } from 'node:crypto';

export const ISSUER = 'https://issuer.example.com';
export const AUDIENCE = 'token-server';
export const SHARED_KEY = 'a key of the bench, of at least 32 bytes';

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The JWT of one caller. */
export function proofOf(caller: string, key: string = SHARED_KEY): string {
  const exp = Math.floor(Date.now() / 1_000) + 7_200;
  const claims = { sub: caller, iss: ISSUER, aud: AUDIENCE, exp };
  const text = `${encoded({ alg: 'HS256' })}.${encoded(claims)}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}

/** The JWTs of so many callers, who have never called before. */
export function proofsOf(count: number): readonly string[] {
  return Array.from({ length: count }, () => proofOf(crypto.randomUUID()));
}

/** A JWT that only looks as if it were signed by the key. */
export const forgedProof = (): string => proofOf('mallory', `${SHARED_KEY}?`);
