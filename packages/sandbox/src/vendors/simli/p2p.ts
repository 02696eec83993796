import { Peer } from '../../media/peer.ts';
import type { Wrtc } from '../../media/wrtc.ts';
import { fieldsOf, textOf } from '../fields.ts';
import type { SimliContext, SimliTransport } from './realtime.ts';

/** One connection between two: the client offers, and no candidate travels outside the two descriptions. */
export function p2p({ wrtc }: { readonly wrtc: Wrtc }, { performance, say }: SimliContext): SimliTransport {
  let peer: Peer | undefined;
  const answer = async (sdp: string): Promise<void> => {
    const { studio } = performance;
    peer?.close();
    const mine = new Peer(wrtc, {
      connected: () => {
        performance.connected();
      },
      failed: () => {
        if (peer === mine) studio.stop();
      },
    });
    peer = mine;
    const whole = await mine.answerWhole(sdp, () => {
      mine.connection.addTrack(studio.audio, studio.stream);
      mine.connection.addTrack(studio.video, studio.stream);
    });
    say(JSON.stringify({ type: 'answer', sdp: whole }));
  };
  return {
    hear: async (text) => {
      const message = fieldsOf(text);
      if (textOf(message, 'type') !== 'offer' || performance.dead) return;
      try {
        await answer(textOf(message, 'sdp') ?? '');
      } catch (error) {
        say('ERROR: INVALID_OFFER');
        throw error;
      }
    },
    drop: () => undefined,
    close: () => {
      peer?.close();
    },
  };
}
