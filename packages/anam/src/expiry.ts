import { fieldsOf, type AnswerContext } from '@org/core';

/** How long Anam says that a token is good. */
const TOKEN_LIFE_MS = 3_600_000;

/** When a session token stops being good: by its `exp` claim where it has one, else an hour after Anam's answer. */
export function expiryOf(sessionToken: string, answered: AnswerContext): Date {
  const { exp } = claimsOf(sessionToken);
  const claimed = new Date(typeof exp === 'number' ? exp * 1_000 : Number.NaN);
  return Number.isNaN(claimed.getTime()) ? new Date(answered.date.getTime() + TOKEN_LIFE_MS) : claimed;
}

/** The claims of a JWT, unverified: the token is Anam's to verify. Without claims when it is no JWT. */
function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const payload = token.split('.')[1] ?? '';
  try {
    // The bytes are taken for Latin-1 and not for UTF-8: of the claims only a number is read.
    return fieldsOf(JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/'))));
  } catch {
    return {};
  }
}
