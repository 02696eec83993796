const LOOPBACK = /^(?:a=)?candidate:\S+ \d+ udp \d+ 127\.0\.0\.1 \d+ /i;

/**
 * Whether a candidate is of loopback. No other is told to a browser or taken from one: the sandbox stays on this
 * machine, and a browser's `.local` names (mDNS) would make the connection fail rather than help it.
 */
export function isLoopback(candidate: string): boolean {
  return LOOPBACK.test(`${candidate} `);
}

/** A candidate as the other side tells it: whatever is not of the right type is a TypeError that names it. */
export function candidateOf({
  candidate = '',
  sdpMid = null,
  sdpMLineIndex = null,
}: Readonly<Record<string, unknown>>): RTCIceCandidateInit & { readonly candidate: string } {
  if (typeof candidate !== 'string') throw new TypeError('candidate: must be a text');
  if (sdpMid !== null && typeof sdpMid !== 'string') throw new TypeError('sdpMid: must be a text or null');
  if (sdpMLineIndex !== null && typeof sdpMLineIndex !== 'number') {
    throw new TypeError('sdpMLineIndex: must be a number or null');
  }
  return { candidate, sdpMid, sdpMLineIndex };
}

/** The description without candidates of other places than loopback; lines may end as a browser ends them or not. */
export function loopbackOnly(sdp: string): string {
  return sdp
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('a=candidate:') || isLoopback(line))
    .join('\r\n');
}

/** The description with a candidate in its first section, whose transport all others share. */
export function withCandidate(sdp: string, candidate: string): string {
  const [head = '', first = '', ...others] = sdp.split(/(?=^m=)/m);
  return [head, `${first}a=${candidate}\r\n`, ...others].join('');
}
