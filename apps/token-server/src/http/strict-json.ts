import { isUtf8 } from 'node:buffer';
import { DEEPEST_NESTING } from '../config/constants.ts';

// A string that never ends runs to the end of the text, so that no text is walked twice.
const TOKEN = /"(?:[^"\\]|\\.)*(?:"|\\?$)|[{}[\]:]/gs;

/**
 * What is wrong with the bytes of a JSON body that a parser would swallow: bytes that are no text, nesting that only
 * tires whoever walks it, and keys given twice, of which another reader on the way may have believed the other one.
 */
export function faultOfJson(bytes: Buffer): string | undefined {
  if (!isUtf8(bytes)) return 'is not in UTF-8';
  const text = bytes.toString('utf8');
  const open: (Set<string> | undefined)[] = [];
  let last = '';
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') {
      open.push(token === '{' ? new Set() : undefined);
      if (open.length > DEEPEST_NESTING) return 'is nested too deeply';
    } else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const keys = open.at(-1);
      if (keys?.has(last) === true) return 'has a key twice';
      keys?.add(last);
    } else last = unescaped(token);
  }
  return undefined;
}

// `"a"` and `"\u0061"` are one key. What is no JSON is for the parser to say.
function unescaped(token: string): string {
  try {
    return String(JSON.parse(token));
  } catch {
    return token;
  }
}
