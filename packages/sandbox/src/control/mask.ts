const MASK = '***';
/** Deeper than any vendor's schema; what lies below is not kept. */
const MAX_DEPTH = 32;
/** Shorter values are no keys, and masking them everywhere would make the journal unreadable. */
const MIN_SECRET_LENGTH = 6;

/** What is part of a secret's name, and of hardly any other: an author is none. */
const NAMES = 'token|secret|key|passw|pwd|credential|cookie|auth(?!or)|authorization';
const secretName = new RegExp(`${NAMES}|signedurl`, 'i');
const secretQuery = new RegExp(`([?&][^=&\\s]*(?:${NAMES}|sig)[^=&\\s]*=)[^&\\s]+`, 'gi');
const jwt = /eyJ[\w-]+\.[\w-]+\.[\w-]*/g;
const userInfo = /(:\/\/)[^/@\s]+@/g;
const escapes = /(?:%[0-9a-f]{2})+/gi;

/** Takes secrets out of everything recorded of one request. */
export interface Mask {
  readonly text: (value: string) => string;
  readonly data: (value: unknown) => unknown;
}

/** A mask that also knows these values, wherever they turn up. */
export function createMask(secrets: readonly string[]): Mask {
  const known = [...new Set(secrets)]
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .sort((a, b) => b.length - a.length);
  const withoutKnown = (value: string): string =>
    known.reduce((rest, secret) => rest.replaceAll(secret, MASK), value);
  const text = (value: string): string => {
    const shown = withoutKnown(value);
    const plain = unescaped(shown);
    const found = withoutKnown(plain);
    return (found === plain ? shown : found)
      .replace(secretQuery, `$1${MASK}`)
      .replace(userInfo, `$1${MASK}@`)
      .replace(jwt, MASK);
  };
  const data = (value: unknown, depth = 0): unknown => {
    if (depth > MAX_DEPTH) return '…';
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map((one) => data(one, depth + 1));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([name, one]: [string, unknown]) => [
      text(name),
      secretName.test(name) && one !== null ? MASK : data(one, depth + 1),
    ]);
    return Object.fromEntries(entries);
  };
  return { text, data };
}

/** As an address means it: any of a secret's characters may be escaped there. */
const unescaped = (text: string): string =>
  text.replaceAll(escapes, (escaped) => {
    try {
      return decodeURIComponent(escaped);
    } catch {
      return escaped;
    }
  });

/** The values of fields with a secret's name, at any depth. */
export function secretsIn(value: unknown, depth = 0): readonly string[] {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]: [string, unknown]) =>
    typeof one === 'string' && secretName.test(name) ? [one] : secretsIn(one, depth + 1),
  );
}
