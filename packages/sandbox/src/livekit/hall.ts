import type { Answer } from '../vendors/emulation.ts';
import type { RealtimeRequest, UpgradeDecision } from '../vendors/upgrade.ts';
import { remember } from '../vendors/remember.ts';
import { withoutWebRtc } from '../media/without-webrtc.ts';
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

/** What is behind a token: the way into its room, or undefined once there is no room and will be none. */
export type Door = () => ((stack: LiveKitStack) => Room) | undefined;

/**
 * The rooms of one vendor, by the token that opens each. Newer clients try `/rtc/v1` first: it is not here, and
 * with that answer they fall back to this version.
 */
export class Hall {
  readonly #doors = new Map<string, Door>();

  /** How many tokens open a room, as far as anybody has looked. */
  get doors(): number {
    return this.#doors.size;
  }

  /** From now on the token opens the door. */
  admit(token: string, door: Door): void {
    remember(this.#doors, token, door);
  }

  dismiss(token: string): void {
    this.#doors.delete(token);
  }

  clear(): void {
    this.#doors.clear();
  }

  /** A client's WebSocket; undefined when the path is not a room's. */
  async connect({ path, query }: RealtimeRequest): Promise<UpgradeDecision | undefined> {
    if (path !== SIGNAL) return undefined;
    try {
      const token = query['access_token'] ?? '';
      if (!this.#way(token)) return { refuse: noRoom };
      const stack = await loadStack();
      // Meanwhile the session may have ended.
      const enter = this.#way(token);
      if (!enter) return { refuse: noRoom };
      return {
        accept: (socket, note) => {
          const room = enter(stack);
          if (query['reconnect'] === '1') room.resume(socket, note);
          else room.join(socket, note);
        },
      };
    } catch (error) {
      return withoutWebRtc(error, () => ({ refuse: { status: 424 } }));
    }
  }

  /** What a client asks whose WebSocket was refused: it reads the reason from a status of 4xx only. */
  async validate({ path, query }: RealtimeRequest): Promise<Answer | undefined> {
    if (path !== VALIDATE) return undefined;
    if (!this.#way(query['access_token'] ?? '')) return noRoom;
    return loadStack().then(
      () => ({ status: 200, body: 'success' }),
      (error: unknown) => {
        if (!(error instanceof NoWebRtcError)) throw error;
        return { status: 424, body: error.message };
      },
    );
  }

  #way(token: string): ReturnType<Door> {
    const way = this.#doors.get(token)?.();
    if (!way) this.dismiss(token);
    return way;
  }
}
