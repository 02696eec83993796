import { randomBytes } from 'node:crypto';

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token of JWT's shape, which browser SDKs read the payload of; nobody can verify its signature. */
export function jwtShaped(payload: object): string {
  return [encode({ alg: 'HS256', typ: 'JWT' }), encode(payload), randomBytes(32).toString('base64url')].join(
    '.',
  );
}
