import wrtc from '@roamhq/wrtc';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Peer, sendOn } from './peer.ts';

test.each(['InvalidStateError', 'OperationError', 'TypeError'])(
  'what a channel refuses to send is lost, and no %s comes of it',
  (name) => {
    const send = (): void => {
      throw new DOMException('not now', name);
    };
    // The stack's own channels take what is too much, and then close: a test cannot make them refuse.
    const channel = { send } as unknown as RTCDataChannel;
    expect(() => {
      sendOn(channel, 'text');
      sendOn(channel, new Uint8Array(1));
      sendOn(undefined, 'text');
    }).not.toThrow();
  },
);

describe('stays at home', () => {
  const closers: (() => void)[] = [];
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });

  const elsewhere = 'candidate:9 1 udp 2122260223 192.0.2.7 5000 typ host';
  const home = 'candidate:1 1 udp 2122260223 127.0.0.1 5000 typ host';
  const withBoth = (sdp = ''): string => `${sdp}a=${elsewhere}\r\na=${home}\r\n`;

  /** A peer of the sandbox, whatever the stack has told it of, and all that the stack is given. */
  function setUp(): {
    peer: Peer;
    given: () => string;
    told: RTCIceCandidateInit[];
    other: RTCPeerConnection;
  } {
    const told: RTCIceCandidateInit[] = [];
    const peer = new Peer(wrtc, { candidate: (candidate) => told.push(candidate) });
    const other = new wrtc.RTCPeerConnection({ iceServers: [] });
    closers.push(
      () => {
        peer.close();
      },
      () => {
        other.close();
      },
    );
    const description = vi.spyOn(peer.connection, 'setRemoteDescription');
    const candidate = vi.spyOn(peer.connection, 'addIceCandidate');
    const given = (): string => JSON.stringify([description.mock.calls, candidate.mock.calls]);
    return { peer, given, told, other };
  }

  test('an offer is taken without the candidates of elsewhere, and so is what follows it', async () => {
    const { peer, given, other } = setUp();
    other.createDataChannel('x');
    const { sdp } = await other.createOffer();
    await peer.add({ candidate: elsewhere, sdpMid: '0', sdpMLineIndex: 0 });
    await peer.answer(withBoth(sdp));
    await peer.add({ candidate: elsewhere, sdpMid: '0', sdpMLineIndex: 0 });
    await peer.add({ candidate: home, sdpMid: '0', sdpMLineIndex: 0 });
    expect(given().split('127.0.0.1 5000')).toHaveLength(3);
    expect(given()).not.toContain('192.0.2.7');
  });

  test('so is an answer', async () => {
    const { peer, given, other } = setUp();
    peer.connection.createDataChannel('x');
    await other.setRemoteDescription({ type: 'offer', sdp: await peer.offer() });
    const { sdp } = await other.createAnswer();
    await peer.accept(withBoth(sdp));
    expect(given()).toContain('127.0.0.1 5000');
    expect(given()).not.toContain('192.0.2.7');
  });

  test('no candidate of elsewhere is told', async () => {
    const { peer, told } = setUp();
    for (const candidate of [elsewhere, home]) {
      const found = { candidate: { candidate, sdpMid: '0', sdpMLineIndex: 0 } };
      peer.connection.dispatchEvent(Object.assign(new Event('icecandidate'), found));
    }
    await vi.waitFor(() => {
      expect(told).toEqual([{ candidate: home, sdpMid: '0', sdpMLineIndex: 0 }]);
    });
  });
});
