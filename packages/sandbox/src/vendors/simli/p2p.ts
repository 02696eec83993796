import { Peer } from '../../media/peer.ts';
import type { Wrtc } from '../../media/wrtc.ts';
import { fieldsOf, textOf } from '../../wire/fields.ts';
import type { SimliTransport, SimliTransportContext } from './realtime.ts';

/** One connection between two: the client offers, and no candidate travels outside the two descriptions. */
export function p2p(
  { wrtc }: { readonly wrtc: Wrtc },
  { avatarSession, say }: SimliTransportContext,
): SimliTransport {
  let peer: Peer | undefined;
  const answer = async (sdp: string): Promise<void> => {
    const { media } = avatarSession;
    peer?.close();
    const mine = new Peer(wrtc, {
      connected: () => {
        avatarSession.connected();
      },
      failed: () => {
        if (peer === mine) media.stop();
      },
    });
    peer = mine;
    const whole = await mine.answerWhole(sdp, () => {
      mine.connection.addTrack(media.audio, media.stream);
      mine.connection.addTrack(media.video, media.stream);
    });
    say(JSON.stringify({ type: 'answer', sdp: whole }));
  };
  return {
    hear: async (text) => {
      const message = fieldsOf(text);
      if (textOf(message, 'type') !== 'offer' || avatarSession.dead) return;
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
