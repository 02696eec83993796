/**
 * Whether a Host header names this machine's loopback. A page of another site whose name was made to point
 * here (DNS rebinding) still sends its own name, and is turned away by it.
 */
export function isLoopbackHost(host: string | undefined): boolean {
  if (host === undefined || /[^\w.:[\]-]/.test(host) || !URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname)
  );
}
