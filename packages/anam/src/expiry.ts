import { fieldsOf } from '@org/core';

/** How long Anam says that a token is good. */
const TOKEN_LIFE_MS = 3_600_000;

/**
 * When a session token stops being good: by its `exp` claim where it has one, else an hour after it was minted.
 *
 * @param mintedAt when Anam answered, by Anam's own clock
 */
export function expiryOf(sessionToken: string, mintedAt: Date): Date {
  const { exp } = claimsOf(sessionToken);
  const claimed = new Date(typeof exp === 'number' ? exp * 1_000 : Number.NaN);
  return Number.isNaN(claimed.getTime()) ? new Date(mintedAt.getTime() + TOKEN_LIFE_MS) : claimed;
}

/** The claims of a JWT, unverified: the token is Anam's to verify. Without claims when it is no JWT. */
function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const payload = token.split('.')[1] ?? '';
  try {
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (c) =>
      c.charCodeAt(0),
    );
    return fieldsOf(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return {};
  }
}
