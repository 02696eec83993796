import { VENDOR_MESSAGE_MAX_CHARACTERS } from './constants.ts';
import type { Header } from './transport/transport.ts';

const MASK = '[redacted]';
// Looked for only where a word begins: in a megabyte of `eyJeyJeyJ` the search would otherwise take minutes.
const JSON_WEB_TOKEN = /(?<![\w-])eyJ[\w-]{6,}\.[\w-]+(\.[\w-]*)?/g;
const BEARER = /\bbearer\s+[^\s"',}]+/gi;
const SECRET_NAME = /token|secret|key|password|authorization|credential|signed_?url/i;
const BREAK = /[\t\r\n\u0085\u2028\u2029]+/g;
// Control characters, and those that turn the direction of writing.
const UNSEEN = /\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu;
// Shorter strings are ordinary words, and masking them would eat the message.
const SHORTEST_SECRET = 6;

/** The strings of a request whose field's name, or that of a field around them, says that they are secret. */
export function secretsIn(request: unknown): string[] {
  const found: string[] = [];
  const seen = { named: new Set<object>(), unnamed: new Set<object>() };
  // No recursion: what nobody has checked yet may be deeper than the stack, or stand in itself.
  const left = [{ value: request, named: false }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { value, named } = next;
    if (typeof value === 'string' && named) found.push(value);
    const met = named ? seen.named : seen.unnamed;
    if (typeof value !== 'object' || value === null || met.has(value)) continue;
    met.add(value);
    for (const [name, inner] of entriesOf(value)) {
      left.push({ value: inner, named: named || SECRET_NAME.test(name) });
    }
  }
  return found;
}

/** None where reading them throws: what cannot be read cannot have been sent either. */
function entriesOf(value: object): readonly (readonly [name: string, value: unknown])[] {
  try {
    return Object.entries(value);
  } catch {
    return [];
  }
}

/** Every value of the headers that a caller added, whole and in its parts: nobody can know which of them are secret. */
export function secretsInHeaders(headers: readonly Header[]): string[] {
  return headers.flatMap(([, value]) => [value, ...value.split(/[\s,;=]+/)]);
}

/** The header that proves who calls, whole and in its parts, but for the scheme's name before them (`Bearer`). */
export function secretsInCredential([name, value]: Header): string[] {
  return [value, ...secretsInHeaders([[name, value.replace(/^\S+\s+/, '')]])];
}

/**
 * Removes the given secrets, and whatever looks like a token; cuts the text to a readable length, and makes it one line
 * in which everything can be seen, so that nobody's words pass for a line of a log or move a terminal's cursor.
 */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  // The longest first: removing a part of another secret would leave the rest of it standing.
  for (const secret of secrets.toSorted((a, b) => b.length - a.length)) {
    if (secret.length < SHORTEST_SECRET) continue;
    for (const form of formsOf(secret)) clean = clean.replaceAll(form, MASK);
  }
  clean = clean.replace(JSON_WEB_TOKEN, MASK).replace(BEARER, MASK);
  clean = clean.replace(BREAK, ' ').replace(UNSEEN, visible);
  return clean.length <= VENDOR_MESSAGE_MAX_CHARACTERS
    ? clean
    : `${clean.slice(0, VENDOR_MESSAGE_MAX_CHARACTERS - 1)}…`;
}

function visible(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}

/** How a secret may stand in a text: as it is, in a URL, in JSON, and in a body that stands in JSON as a string. */
function formsOf(secret: string): Set<string> {
  const json = inJson(secret);
  return new Set([secret, ...inUrl(secret), ...json, ...json.flatMap(inJson)]);
}

/** The digits of an escape are written in upper case or in lower case. */
function inUrl(secret: string): string[] {
  try {
    const upper = encodeURIComponent(secret);
    return [upper, upper.replace(/%../g, (escape) => escape.toLowerCase())];
  } catch {
    // Half of a surrogate pair has no form in a URL.
    return [];
  }
}

/** A slash is written as it is, or, as PHP does by default, behind a backslash. */
function inJson(secret: string): string[] {
  const plain = JSON.stringify(secret).slice(1, -1);
  return [plain, plain.replaceAll('/', '\\/')];
}
