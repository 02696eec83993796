import { candidateOf, isLoopback, loopbackOnly, withCandidate } from './ice.ts';
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
  readonly #firstCandidate: Promise<string | undefined>;
  #listener: PeerListener;
  /** Candidates that came before the description they belong to. */
  #early: RTCIceCandidateInit[] | undefined = [];

  constructor(wrtc: Wrtc, listener: PeerListener) {
    const connection = new wrtc.RTCPeerConnection({ iceServers: [] });
    this.connection = connection;
    this.#listener = listener;
    this.#firstCandidate = new Promise((resolve) => {
      const timer = setTimeout(resolve, GATHERING_MS, undefined);
      connection.addEventListener('icecandidate', ({ candidate }) => {
        const local = candidate && isLoopback(candidate.candidate);
        if (candidate && !local) return;
        clearTimeout(timer);
        resolve(candidate?.candidate);
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

  // No description is read back from the connection: its candidates are gathered in another thread, and to read while
  // one is added ends the process (signal 11).

  /** Answers an offer; tracks are added in between, so that they take the places that the offer has for them. */
  async answer(sdp: string, between: () => void = () => undefined): Promise<string> {
    await this.connection.setRemoteDescription({ type: 'offer', sdp: loopbackOnly(sdp) });
    between();
    const answer = await this.connection.createAnswer();
    await this.connection.setLocalDescription(answer);
    await this.#flush();
    return loopbackOnly(answer.sdp ?? '');
  }

  /** As `answer`, with the first candidate of loopback in it, for peers that are told no others. */
  async answerWhole(sdp: string, between: () => void): Promise<string> {
    const answer = await this.answer(sdp, between);
    const candidate = await this.#firstCandidate;
    return candidate === undefined ? answer : withCandidate(answer, candidate);
  }

  async offer(): Promise<string> {
    const offer = await this.connection.createOffer();
    await this.connection.setLocalDescription(offer);
    return loopbackOnly(offer.sdp ?? '');
  }

  async accept(sdp: string): Promise<void> {
    await this.connection.setRemoteDescription({ type: 'answer', sdp: loopbackOnly(sdp) });
    await this.#flush();
  }

  /** A candidate as the other side tells it. */
  async add(told: Readonly<Record<string, unknown>>): Promise<void> {
    const candidate = candidateOf(told);
    if (!isLoopback(candidate.candidate)) return;
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

/**
 * Sends, while the channel takes it. Nothing is sent to a client that is known to leave: the stack ends the process
 * (signal 11) over a message that meets the closing of its channel.
 */
export function sendOn(channel: RTCDataChannel | undefined, data: string | Uint8Array<ArrayBuffer>): void {
  try {
    if (typeof data === 'string') channel?.send(data);
    else channel?.send(data);
  } catch {
    // A channel that is closed or full loses what it is given. The speech tells of itself from a timer, where an error
    // would end the process.
  }
}

const plain = ({ candidate, sdpMid, sdpMLineIndex }: RTCIceCandidate): RTCIceCandidateInit => ({
  candidate,
  sdpMid,
  sdpMLineIndex,
});
