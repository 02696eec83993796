import type { Secret } from '@org/core';
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyOptions } from 'jose';
import type { Caller } from '../broker/caller.ts';
import type { JwtSettings } from '../config/caller-settings.ts';
import { LONGEST_NAME, MOST_KEYS_TRIED } from '../config/constants.ts';
import { issuerKeys, type KeysWatch } from './issuer-keys.ts';
import { KnownProofs } from './known-proofs.ts';
import { Problem } from './problem.ts';

/** Whoever can be told from a JWT. */
export class JwtCallers {
  readonly #settings: JwtSettings;
  readonly #keyFor: JWTVerifyGetKey;
  readonly #known = new KnownProofs();

  constructor(settings: JwtSettings, watch: KeysWatch) {
    this.#settings = settings;
    const { keys } = settings;
    this.#keyFor = 'secret' in keys ? sharedKey(keys.secret) : issuerKeys(keys.jwksUrl, watch);
  }

  /** Throws a {@link Problem} that says what is wrong with the token, and never quotes it. */
  async callerOf(token: string): Promise<Caller> {
    const known = this.#known.find(token);
    if (known !== undefined) return known;
    const { issuer, audience, algorithms, skewSeconds } = this.#settings;
    const options = {
      issuer,
      audience,
      algorithms: [...algorithms],
      clockTolerance: skewSeconds,
      requiredClaims: ['exp', 'sub'],
    };
    try {
      const { payload } = await verified(token, this.#keyFor, options);
      const caller = this.#caller(payload);
      this.#known.keep(token, caller, ((payload.exp ?? 0) + skewSeconds) * 1_000);
      return caller;
    } catch (error) {
      throw error instanceof Problem ? error : refusalFor(error);
    }
  }

  #caller(payload: JWTPayload): Caller {
    const { tenantClaim } = this.#settings;
    const sub = nameIn(payload, 'sub');
    const scopes = new Set(scopesIn(payload));
    if (tenantClaim === undefined) return { id: `jwt:${encodeURIComponent(sub)}`, scopes };
    const tenant = nameIn(payload, tenantClaim);
    return { id: `jwt:${encodeURIComponent(tenant)}:${encodeURIComponent(sub)}`, tenant, scopes };
  }
}

type Verified = Awaited<ReturnType<typeof jwtVerify>>;

/** Where several keys of the issuer fit, as while one that gives its keys no names rotates them, each is tried. */
async function verified(
  token: string,
  keyFor: JWTVerifyGetKey,
  options: JWTVerifyOptions,
): Promise<Verified> {
  try {
    return await jwtVerify(token, keyFor, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    return verifiedByAny(token, error, options);
  }
}

async function verifiedByAny(
  token: string,
  keys: errors.JWKSMultipleMatchingKeys,
  options: JWTVerifyOptions,
): Promise<Verified> {
  let tried = 0;
  for await (const key of keys) {
    try {
      return await jwtVerify(token, key, options);
    } catch (error) {
      if (!isAboutTheKey(error)) throw error;
    }
    if (++tried === MOST_KEYS_TRIED) break;
  }
  throw new errors.JWSSignatureVerificationFailed();
}

/** Whether another key may do: this one has not signed the token, or is one that jose takes for none, such as a short one. */
function isAboutTheKey(error: unknown): boolean {
  return error instanceof errors.JWSSignatureVerificationFailed || error instanceof TypeError;
}

/** The shared key as each algorithm takes it, prepared once: as bytes it would be for every token. */
function sharedKey(secret: Secret): JWTVerifyGetKey {
  const prepared = new Map<string, Promise<CryptoKey>>();
  return ({ alg }) => {
    const key = prepared.get(alg) ?? hmacKey(secret.reveal(), `SHA-${alg.slice(2)}`);
    prepared.set(alg, key);
    return key;
  };
}

function hmacKey(secret: string, hash: string): Promise<CryptoKey> {
  const bytes = new TextEncoder().encode(secret);
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash }, false, ['verify']);
}

const LONE_HALF = /\p{Cs}/u;

function nameIn(payload: JWTPayload, claim: string): string {
  const value = Object.hasOwn(payload, claim) ? payload[claim] : undefined;
  // A lone half of a character cannot be written down.
  if (typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME && !LONE_HALF.test(value)) {
    return value;
  }
  throw new Problem('unauthorized', `The token names nobody: its "${claim}" is missing or too long.`);
}

/** `scope` as OAuth writes it, or `scp` as some issuers do; words in a text or a list. */
function scopesIn({ scope, ['scp']: scp }: JWTPayload): readonly string[] {
  const written = scope ?? scp;
  if (typeof written === 'string') return written.split(' ');
  return Array.isArray(written) ? written.filter((item) => typeof item === 'string') : [];
}

const CLAIMS: Readonly<Record<string, string>> = {
  aud: 'The token is for another service: its "aud" is not this server’s.',
  iss: 'The token is from somebody else: its "iss" is not the one this server trusts.',
  nbf: 'The token is not good yet.',
  exp: 'The token says not when it expires.',
  sub: 'The token names nobody: it has no "sub".',
};

function refusalFor(error: unknown): Problem {
  if (error instanceof errors.JWTExpired) return new Problem('unauthorized', 'The token has expired.');
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new Problem('unauthorized', CLAIMS[error.claim] ?? 'A claim of the token is not as it must be.');
  }
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey) {
    return new Problem('unauthorized', 'The token is not signed by whom this server trusts.');
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return new Problem('unauthorized', 'The token is signed by an algorithm that this server does not take.');
  }
  const ofTheToken =
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JOSENotSupported;
  // Everything else is about the keys: their server is down, or they are none. That is not the caller's fault.
  return ofTheToken
    ? new Problem('unauthorized', 'The token is not a token that this server can read.')
    : new Problem('callers_unknown', 'The keys by which callers are checked cannot be had.');
}
