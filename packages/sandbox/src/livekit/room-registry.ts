import { withoutWebRtc } from '../media/without-webrtc.ts';
import { NoWebRtcError } from '../media/wrtc.ts';
import { remember } from '../remember.ts';
import type { Answer } from '../wire/answer.ts';
import type { RealtimeRequest, UpgradeDecision } from '../wire/upgrade.ts';
import type { Room } from './room.ts';
import { loadStack, type LiveKitStack } from './stack.ts';

/** Where rooms are found, below the vendor's address. */
export const LIVEKIT_PATH = '/livekit';
const SIGNAL = `${LIVEKIT_PATH}/rtc`;
const VALIDATE = `${SIGNAL}/validate`;

/** A token that opens no room, or no more. */
const noRoom: Answer = { status: 401, body: 'invalid token' };

/** What a token opens: how its room is entered, or undefined once there is no room and will be none. */
export type RoomEntry = () => ((stack: LiveKitStack) => Room) | undefined;

/**
 * The rooms of one vendor, by the token that opens each. Newer clients try `/rtc/v1` first: it is not here, and
 * with that answer they fall back to this version.
 */
export class RoomRegistry {
  readonly #entries = new Map<string, RoomEntry>();

  /** How many tokens open a room, as far as anybody has looked. */
  get size(): number {
    return this.#entries.size;
  }

  /** From now on the token opens the room. */
  admit(token: string, entry: RoomEntry): void {
    remember(this.#entries, token, entry);
  }

  dismiss(token: string): void {
    this.#entries.delete(token);
  }

  clear(): void {
    this.#entries.clear();
  }

  /** A client's WebSocket; undefined when the path is not a room's. */
  async connect({ path, query }: RealtimeRequest): Promise<UpgradeDecision | undefined> {
    if (path !== SIGNAL) return undefined;
    try {
      const token = query['access_token'] ?? '';
      if (!this.#entranceOf(token)) return { refuse: noRoom };
      const stack = await loadStack();
      // Meanwhile the session may have ended.
      const enter = this.#entranceOf(token);
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
    if (!this.#entranceOf(query['access_token'] ?? '')) return noRoom;
    return loadStack().then(
      () => ({ status: 200, body: 'success' }),
      (error: unknown) => {
        if (!(error instanceof NoWebRtcError)) throw error;
        return { status: 424, body: error.message };
      },
    );
  }

  #entranceOf(token: string): ReturnType<RoomEntry> {
    const entrance = this.#entries.get(token)?.();
    if (!entrance) this.dismiss(token);
    return entrance;
  }
}
