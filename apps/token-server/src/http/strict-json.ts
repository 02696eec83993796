import { isUtf8 } from 'node:buffer';
import { DEEPEST_NESTING } from '../config/constants.ts';

/**
 * What is wrong with the bytes of a JSON body that a parser would swallow: bytes that are no text, nesting that only
 * tires whoever walks it, and keys given twice, of which another reader on the way may have believed the other one.
 */
export function faultOfJson(bytes: Buffer): string | undefined {
  if (!isUtf8(bytes)) return 'is not in UTF-8';
  const text = bytes.toString('utf8');
  const open: (Set<string> | undefined)[] = [];
  let last = '';
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') {
      const end = endOfString(text, at);
      last = text.slice(at, end + 1);
      at = end;
    } else if (sign === '{' || sign === '[') {
      open.push(sign === '{' ? new Set() : undefined);
      if (open.length > DEEPEST_NESTING) return 'is nested too deeply';
    } else if (sign === '}' || sign === ']') open.pop();
    else if (sign === ':') {
      const keys = open.at(-1);
      const key = unescaped(last);
      if (keys?.has(key) === true) return 'has a key twice';
      keys?.add(key);
    }
  }
  return undefined;
}

/** Where the string that begins at `from` ends: at its closing quote, or with the text. */
function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '"') return at;
    if (text[at] === '\\') at++;
  }
  return text.length;
}

// `"a"` and `"\u0061"` are one key. What is no JSON is for the parser to say.
function unescaped(string: string): string {
  if (!string.includes('\\')) return string.slice(1, -1);
  try {
    return String(JSON.parse(string));
  } catch {
    return string;
  }
}
