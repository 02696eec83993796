import { homeOnly, isHome } from './ice.ts';
import type { Wrtc } from './wrtc.ts';

/** Longer than any gathering on loopback takes. */
const GATHERING_MS = 3000;

export interface PeerListener {
  /** A candidate of this side, of loopback. */
  readonly candidate?: (candidate: RTCIceCandidateInit) => void;
  readonly connected?: () => void;
  /** The connection has failed, or the other side has closed it. */
  readonly failed?: () => void;
  readonly channel?: (channel: RTCDataChannel) => void;
}

/** One WebRTC connection that never leaves this machine. */
export class Peer {
  readonly connection: RTCPeerConnection;
  readonly #firstCandidate: Promise<void>;
  #listener: PeerListener;
  /** Candidates that came before the description they belong to. */
  #early: RTCIceCandidateInit[] | undefined = [];

  constructor(wrtc: Wrtc, listener: PeerListener) {
    const connection = new wrtc.RTCPeerConnection({ iceServers: [] });
    this.connection = connection;
    this.#listener = listener;
    this.#firstCandidate = new Promise((resolve) => {
      const timer = setTimeout(resolve, GATHERING_MS);
      connection.addEventListener('icecandidate', ({ candidate }) => {
        const home = candidate && isHome(candidate.candidate);
        if (candidate && !home) return;
        clearTimeout(timer);
        resolve();
        if (candidate) this.#listener.candidate?.(plain(candidate));
      });
    });
    connection.addEventListener('connectionstatechange', () => {
      if (connection.connectionState === 'connected') this.#listener.connected?.();
      if (['failed', 'closed'].includes(connection.connectionState)) this.#listener.failed?.();
    });
    connection.addEventListener('datachannel', ({ channel }) => {
      this.#listener.channel?.(channel);
    });
  }

  get open(): boolean {
    return !['failed', 'closed'].includes(this.connection.connectionState);
  }

  /** Answers an offer; tracks are added in between, so that they take the places that the offer has for them. */
  async answer(sdp: string, between: () => void = () => undefined): Promise<string> {
    await this.connection.setRemoteDescription({ type: 'offer', sdp: homeOnly(sdp) });
    between();
    await this.connection.setLocalDescription(await this.connection.createAnswer());
    await this.#flush();
    return homeOnly(this.connection.localDescription?.sdp ?? '');
  }

  /** The description of this side with its first candidate of loopback, for peers that are told no others. */
  async described(): Promise<string> {
    await this.#firstCandidate;
    return homeOnly(this.connection.localDescription?.sdp ?? '');
  }

  async offer(): Promise<string> {
    await this.connection.setLocalDescription(await this.connection.createOffer());
    return homeOnly(this.connection.localDescription?.sdp ?? '');
  }

  async accept(sdp: string): Promise<void> {
    await this.connection.setRemoteDescription({ type: 'answer', sdp: homeOnly(sdp) });
    await this.#flush();
  }

  async add(candidate: RTCIceCandidateInit): Promise<void> {
    if (!isHome(candidate.candidate ?? '')) return;
    if (this.#early) this.#early.push(candidate);
    else if (this.open) await this.connection.addIceCandidate(candidate);
  }

  close(): void {
    // The native connection outlives its end for a while, and must not keep the session alive with it.
    this.#listener = {};
    this.connection.close();
  }

  async #flush(): Promise<void> {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const candidate of early) await this.connection.addIceCandidate(candidate);
  }
}

/** Sends if the channel is open; it may close between the question and the deed, which the other side has caused. */
export function sendOn(channel: RTCDataChannel | undefined, data: string | Uint8Array<ArrayBuffer>): void {
  if (channel?.readyState !== 'open') return;
  try {
    if (typeof data === 'string') channel.send(data);
    else channel.send(data);
  } catch (error) {
    if (!(error instanceof Error && error.name === 'InvalidStateError')) throw error;
  }
}

const plain = ({ candidate, sdpMid, sdpMLineIndex }: RTCIceCandidate): RTCIceCandidateInit => ({
  candidate,
  sdpMid,
  sdpMLineIndex,
});
