import { VENDOR_MESSAGE_MAX_CHARACTERS } from './constants.ts';

const MASK = '[redacted]';
const JSON_WEB_TOKEN = /eyJ[\w-]{6,}\.[\w-]+(\.[\w-]*)?/g;
const BEARER = /\bbearer\s+[^\s"',}]+/gi;
const SECRET_NAME = /token|secret|key|password|authorization|credential|signed_?url/i;
// Shorter strings are ordinary words, and masking them would eat the message.
const SHORTEST_SECRET = 6;

/** The strings of a request body whose field's name says that they are secret, at any depth. */
export function secretsIn(body: unknown): string[] {
  if (typeof body !== 'object' || body === null) return [];
  return Object.entries(body).flatMap(([name, value]) =>
    typeof value === 'string' && SECRET_NAME.test(name) ? [value] : secretsIn(value),
  );
}

/** Removes the given secrets, and whatever looks like a token, and cuts the text to a readable length. */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length < SHORTEST_SECRET) continue;
    clean = clean.replaceAll(secret, MASK).replaceAll(encodeURIComponent(secret), MASK);
  }
  clean = clean.replace(JSON_WEB_TOKEN, MASK).replace(BEARER, MASK);
  return clean.length <= VENDOR_MESSAGE_MAX_CHARACTERS
    ? clean
    : `${clean.slice(0, VENDOR_MESSAGE_MAX_CHARACTERS - 1)}…`;
}
