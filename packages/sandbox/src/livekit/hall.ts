import type { Answer } from '../vendors/house.ts';
import type { Knock, Opening } from '../vendors/socket.ts';
import { withoutWebRtc } from '../vendors/socket.ts';
import { NoWebRtcError } from '../media/wrtc.ts';
import type { Room } from './room.ts';
import type { LiveKitStack } from './stack.ts';
import { loadStack } from './stack.ts';

/** Where rooms are found, below the vendor's address. */
export const LIVEKIT_PATH = '/livekit';
const SIGNAL = `${LIVEKIT_PATH}/rtc`;
const VALIDATE = `${SIGNAL}/validate`;

/** A token that opens no room, or no more. */
const noRoom: Answer = { status: 401, body: 'invalid token' };

/**
 * The rooms of one vendor, by the token that opens each. Newer clients try `/rtc/v1` first: it is not here, and
 * with that answer they fall back to this version.
 */
export class Hall {
  readonly #doors = new Map<string, (stack: LiveKitStack) => Room | undefined>();

  /** From now on the token opens the room that `open` gives. */
  admit(token: string, open: (stack: LiveKitStack) => Room | undefined): void {
    this.#doors.set(token, open);
  }

  dismiss(token: string): void {
    this.#doors.delete(token);
  }

  clear(): void {
    this.#doors.clear();
  }

  /** A client's WebSocket; undefined when the path is not a room's. */
  async connect({ path, query }: Knock): Promise<Opening | undefined> {
    if (path !== SIGNAL) return undefined;
    try {
      const door = this.#doors.get(query['access_token'] ?? '');
      const room = door?.(await loadStack());
      if (!room) return { refuse: noRoom };
      return {
        accept: (socket, note) => {
          if (query['reconnect'] === '1') room.resume(socket, note);
          else room.join(socket, note);
        },
      };
    } catch (error) {
      return withoutWebRtc(error, () => ({ refuse: { status: 424 } }));
    }
  }

  /** What a client asks whose WebSocket was refused: it reads the reason from a status of 4xx only. */
  async validate({ path, query }: Knock): Promise<Answer | undefined> {
    if (path !== VALIDATE) return undefined;
    if (!this.#doors.has(query['access_token'] ?? '')) return noRoom;
    return loadStack().then(
      () => ({ status: 200, body: 'success' }),
      (error: unknown) => {
        if (!(error instanceof NoWebRtcError)) throw error;
        return { status: 424, body: error.message };
      },
    );
  }
}
