import { isIPv6 } from 'node:net';

/**
 * What requests are counted by instead of their address. An IPv6 subscriber has a whole network, of 56 bits at most,
 * and could take a new address for every request; so there the network counts.
 */
export function addressGroup(written: string): string {
  const address = withoutPort(written);
  // The check of a whole IPv6 address is dear, and most are none.
  if (!address.includes(':') || !isIPv6(address)) return address;
  const groups = groupsOf(address.split('%')[0] ?? '');
  const v4 = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (v4) return [6, 7].flatMap((at) => bytesOf(groups[at])).join('.');
  const network = [groups[0], groups[1], groups[2], (groups[3] ?? 0) & 0xff00];
  return `${network.map((group) => (group ?? 0).toString(16)).join(':')}::/56`;
}

/** Some proxies write the caller's port behind its address, which is another one for every connection. */
function withoutPort(written: string): string {
  const [, bracketed, plain] = /^\[(.+)\](?::\d+)?$|^([\d.]+):\d+$/.exec(written) ?? [];
  return bracketed ?? plain ?? written;
}

/** The eight groups of an address that is one. */
function groupsOf(address: string): readonly number[] {
  // A tail as in ::ffff:10.0.0.1 is two groups.
  const text = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = '', tail] = text.split('::');
  const read = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => parseInt(group, 16));
  const first = read(head);
  const last = read(tail ?? '');
  return [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last];
}

function bytesOf(group = 0): readonly number[] {
  return [group >> 8, group & 0xff];
}
