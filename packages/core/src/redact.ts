import { VENDOR_MESSAGE_MAX_CHARACTERS } from './constants.ts';

const MASK = '[redacted]';
// Looked for only where a word begins: in a megabyte of `eyJeyJeyJ` the search would otherwise take minutes.
const JSON_WEB_TOKEN = /(?<![\w-])eyJ[\w-]{6,}\.[\w-]+(\.[\w-]*)?/g;
const BEARER = /\bbearer\s+[^\s"',}]+/gi;
const SECRET_NAME = /token|secret|key|password|authorization|credential|signed_?url/i;
// Shorter strings are ordinary words, and masking them would eat the message.
const SHORTEST_SECRET = 6;

/**
 * The strings of a request body whose field's name, or that of a field around them, says that they are secret.
 *
 * @param named whether a field around `body` has said so
 * @param around what `body` stands in: nobody has checked yet that it does not stand in itself
 */
export function secretsIn(body: unknown, named = false, around: readonly object[] = []): string[] {
  if (typeof body === 'string') return named ? [body] : [];
  if (typeof body !== 'object' || body === null || around.includes(body)) return [];
  return Object.entries(body).flatMap(([name, value]) =>
    secretsIn(value, named || SECRET_NAME.test(name), [...around, body]),
  );
}

/** Every value of the headers that a caller added, whole and in its parts: nobody can know which of them are secret. */
export function secretsInHeaders(headers: readonly (readonly [name: string, value: string])[]): string[] {
  return headers.flatMap(([, value]) => [value, ...value.split(/[\s,;=]+/)]);
}

/** Removes the given secrets, and whatever looks like a token, and cuts the text to a readable length. */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  // The longest first: removing a part of another secret would leave the rest of it standing.
  for (const secret of secrets.toSorted((a, b) => b.length - a.length)) {
    if (secret.length < SHORTEST_SECRET) continue;
    for (const form of formsOf(secret)) clean = clean.replaceAll(form, MASK);
  }
  clean = clean.replace(JSON_WEB_TOKEN, MASK).replace(BEARER, MASK);
  return clean.length <= VENDOR_MESSAGE_MAX_CHARACTERS
    ? clean
    : `${clean.slice(0, VENDOR_MESSAGE_MAX_CHARACTERS - 1)}…`;
}

/** How a secret may stand in a text: as it is, in a URL, in JSON, and in a body that stands in JSON as a string. */
function formsOf(secret: string): Set<string> {
  return new Set([secret, inUrl(secret), inJson(secret), inJson(inJson(secret))]);
}

function inUrl(secret: string): string {
  try {
    return encodeURIComponent(secret);
  } catch {
    // Half of a surrogate pair has no form in a URL.
    return secret;
  }
}

function inJson(secret: string): string {
  return JSON.stringify(secret).slice(1, -1);
}
