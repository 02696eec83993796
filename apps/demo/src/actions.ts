import type { Board } from './board.ts';
import { told } from './problem.ts';

/** What somebody can do while a call is live. When it fails, the call goes on. */
export class Actions {
  readonly #board: Board;

  constructor(board: Board) {
    this.#board = board;
  }

  async say(text: string): Promise<void> {
    await this.#attempt(`Say: “${text}”`, () => this.#board.state.session?.say?.(text));
  }

  /** Moves the face by sound, for the vendors that take it. */
  async play(what: string, samples: (sampleRate: number) => Int16Array | Promise<Int16Array>): Promise<void> {
    await this.#attempt(`Send ${what}`, async () => {
      const input = this.#board.state.session?.audioInput;
      input?.play(await samples(input.sampleRate));
    });
  }

  async interrupt(): Promise<void> {
    await this.#attempt('Interrupt', () => {
      this.#board.state.session?.interrupt?.();
    });
  }

  async setMicrophone(on: boolean): Promise<void> {
    await this.#attempt(on ? 'Microphone on' : 'Microphone off', async () => {
      const { session } = this.#board.state;
      await session?.setMicrophone?.(on);
      if (this.#board.state.session === session) this.#board.update({ microphone: on ? 'on' : 'off' });
    });
  }

  async #attempt(what: string, act: () => void | Promise<void>): Promise<void> {
    if (this.#board.state.phase !== 'live') return;
    this.#board.note(what);
    try {
      await act();
    } catch (error) {
      this.#board.note('That did not work', 'bad');
      const { hint } = told(error);
      this.#board.update({ problem: { code: 'not_done', message: `${what}: that did not work.`, hint } });
    }
  }
}
