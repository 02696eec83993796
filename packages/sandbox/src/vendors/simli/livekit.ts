import { LIVEKIT_PATH } from '../../livekit/room-registry.ts';
import { Room } from '../../livekit/room.ts';
import type { LiveKitStack } from '../../livekit/stack.ts';
import { roomToken } from '../jwt.ts';
import type { SimliTransport, SimliTransportContext } from './realtime.ts';

/** A room of the sandbox: the client is told where it is, and goes there by itself. */
export function livekit(
  stack: LiveKitStack,
  { avatarSession, say, id, roomRegistry, baseUrl }: SimliTransportContext,
): SimliTransport {
  const room = new Room(stack, avatarSession, {
    name: id,
    avatar: 'simli-avatar',
    others: [],
    hear: () => undefined,
    left: () => {
      avatarSession.close();
    },
  });
  const token = roomToken(id);
  roomRegistry.admit(token, () => (avatarSession.over ? undefined : () => room));
  const livekit_url = `${baseUrl.replace(/^http/, 'ws')}${LIVEKIT_PATH}`;
  // Without blanks: the SDK looks for LIVEKIT in the first word.
  say(JSON.stringify({ livekit_url, livekit_token: token }));
  return {
    hear: () => undefined,
    drop: () => {
      room.drop();
    },
    close: () => {
      if (avatarSession.over) roomRegistry.dismiss(token);
      room.cut();
    },
  };
}
