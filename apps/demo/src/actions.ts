import type { Board } from './board.ts';
import { Problem } from './problem.ts';
import type { AvatarSession } from './vendors/vendor.ts';

/** Longer texts and file names are told by their beginning, which is enough to know them by. */
const TOLD_CHARACTERS = 60;

/** What somebody can do while a call is live. When it fails, the call goes on. */
export class Actions {
  readonly #board: Board;

  constructor(board: Board) {
    this.#board = board;
  }

  async say(text: string): Promise<void> {
    await this.#attempt(`Say: “${brief(text)}”`, (session) => session.say?.(text));
  }

  /** Moves the face by sound, for the vendors that take it. */
  async play(what: string, samples: (sampleRate: number) => Int16Array | Promise<Int16Array>): Promise<void> {
    await this.#attempt(`Send ${brief(what)}`, async ({ audioInput }) => {
      audioInput?.play(await samples(audioInput.sampleRate));
    });
  }

  async interrupt(): Promise<void> {
    await this.#attempt('Interrupt', (session) => {
      session.interrupt?.();
    });
  }

  async setMicrophone(on: boolean): Promise<void> {
    const done = await this.#attempt(on ? 'Microphone on' : 'Microphone off', (session) =>
      session.setMicrophone?.(on),
    );
    // It may have been lost meanwhile.
    const isThere = this.#board.state.microphone !== 'none';
    if (done && isThere) this.#board.update({ microphone: on ? 'on' : 'off' });
  }

  /** Whether it was done while its session was still the one that is live. What comes later is nobody's concern. */
  async #attempt(what: string, act: (session: AvatarSession) => void | Promise<void>): Promise<boolean> {
    const { phase, session } = this.#board.state;
    if (phase !== 'live' || session === undefined) return false;
    const goesOn = (): boolean => this.#board.state.phase === 'live' && this.#board.state.session === session;
    this.#board.note(what);
    try {
      await act(session);
      return goesOn();
    } catch (error) {
      if (!goesOn()) return false;
      this.#board.note(`That did not work: ${error instanceof Error ? error.message : String(error)}`, 'bad');
      // An SDK's own words are for those who know it, and stand in the timeline.
      const hint =
        error instanceof Problem ? error.message : 'Try again. If it fails each time, connect anew.';
      this.#board.update({ problem: { code: 'not_done', message: `${what}: that did not work.`, hint } });
      return false;
    }
  }
}

function brief(text: string): string {
  // By whole characters, not halves of pairs.
  const characters = Array.from(text);
  return characters.length <= TOLD_CHARACTERS ? text : `${characters.slice(0, TOLD_CHARACTERS).join('')}…`;
}
