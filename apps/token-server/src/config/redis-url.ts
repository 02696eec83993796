/**
 * Redis's client looks for TLS in the text itself, where a capital or a blank hides it, and takes what follows a "?"
 * for options of its own.
 */
const SPELLING = /^rediss?:\/\/[^\s?#]+$/;

/** Whether it is an address that Redis's client can read: a database by name or a stray "%" would end the process. */
export function isRedisUrl(text: string): boolean {
  if (!SPELLING.test(text) || !URL.canParse(text)) return false;
  const { hostname, username, password, pathname } = new URL(text);
  const isAddress = hostname !== '' && /^\/?$|^\/\d{1,5}$/.test(pathname);
  return isAddress && [username, password].every(isDecodable);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
