const NAME = String.raw`localhost|127(?:\.\d{1,3}){3}`;
const ADDRESS = new RegExp(`^(?:${NAME}|::1)$`, 'i');
const HOST = new RegExp(String.raw`^(?:${NAME}|\[::1\])(?::\d{1,5})?$`, 'i');

/** Whether an address to listen on is reached from this machine alone. */
export function isLoopbackAddress(address: string): boolean {
  return ADDRESS.test(address);
}

/** Whether a `Host` header, or a URL's host, names this machine by a loopback name. */
export function isLoopbackHost(host: string): boolean {
  return HOST.test(host);
}

/** Whether an `Origin` header is that of a page served from this machine's loopback, by any port. */
export function isLoopbackOrigin(origin: string): boolean {
  const [, host] = /^https?:\/\/(.*)$/.exec(origin) ?? [];
  return host !== undefined && isLoopbackHost(host);
}
