/** Whether it is an address that Redis's client can read: a database by name or a stray "%" would end the process. */
export function isRedisUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, pathname } = new URL(text);
  const isAddress = /^rediss?:$/.test(protocol) && hostname !== '' && /^\/?$|^\/\d{1,5}$/.test(pathname);
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
