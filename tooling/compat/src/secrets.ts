/** Shapes that real credentials have, and that no source of ours needs. */
const SHAPES: readonly (readonly [what: string, shape: RegExp])[] = [
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['a JWT', /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/],
  ['a registry token', /\bnpm_[A-Za-z0-9]{36}\b/],
  ['a GitHub token', /\bgh[pousr]_[A-Za-z0-9]{36,}\b/],
  ['a cloud access key', /\bAKIA[A-Z0-9]{16}\b/],
  ['an API key', /\bsk[-_][A-Za-z0-9_-]{20,}\b/],
  [
    'a key written into the code',
    /\b(?:api[_-]?key|secret|password)["']?\s*[:=]\s*["'](?=[^"']*\d)[A-Za-z0-9+/_-]{24,}["']/i,
  ],
];

/** What kind of credential `text` seems to hold, if any. */
export function secretIn(text: string): string | undefined {
  return SHAPES.find(([, shape]) => shape.test(text))?.[0];
}
