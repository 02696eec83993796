import type { Board } from './board.ts';
import { told } from './problem.ts';
import type { AvatarSession } from './vendors/vendor.ts';

/** What somebody can do while a call is live. When it fails, the call goes on. */
export class Actions {
  readonly #board: Board;

  constructor(board: Board) {
    this.#board = board;
  }

  async say(text: string): Promise<void> {
    await this.#attempt(`Say: “${text}”`, (session) => session.say?.(text));
  }

  /** Moves the face by sound, for the vendors that take it. */
  async play(what: string, samples: (sampleRate: number) => Int16Array | Promise<Int16Array>): Promise<void> {
    await this.#attempt(`Send ${what}`, async ({ audioInput }) => {
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
    if (done) this.#board.update({ microphone: on ? 'on' : 'off' });
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
      this.#board.note('That did not work', 'bad');
      const { hint } = told(error);
      this.#board.update({ problem: { code: 'not_done', message: `${what}: that did not work.`, hint } });
      return false;
    }
  }
}
