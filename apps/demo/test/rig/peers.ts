import type { BrowserContext } from 'playwright-core';

declare global {
  /** In a page: every connection that was made, oldest first. */
  var peers: RTCPeerConnection[];
}

/** Keeps the connections that the context's pages make, as `peers` in each page. */
export async function keepPeers(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    globalThis.peers = [];
    globalThis.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        peers.push(this);
      }
    };
  });
}
