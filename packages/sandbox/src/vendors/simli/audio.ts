import { pcm16 } from '../../media/pcm.ts';
import type { Speech, Utterance } from '../../media/speech.ts';

/** Samples a second that Simli takes. */
export const SIMLI_RATE = 16_000;
/** A client sends audio without an end: so much silence is one. */
const PATIENCE_MS = 300;
const IMMEDIATE = Buffer.from('PLAY_IMMEDIATE', 'ascii');

/** What a client sends to be said: audio, audio that goes first, and the wish to be silent. */
export class SimliAudio {
  readonly #speech: Speech;
  readonly #say: (word: 'SPEAK' | 'SILENT') => void;
  #utterance: Utterance | undefined;

  constructor(speech: Speech, say: (word: 'SPEAK' | 'SILENT') => void) {
    this.#speech = speech;
    this.#say = say;
  }

  take(bytes: Buffer): void {
    const immediate = bytes.subarray(0, IMMEDIATE.length).equals(IMMEDIATE);
    if (immediate) this.skip();
    this.#utterance ??= this.#open();
    this.#utterance.append(pcm16(immediate ? bytes.subarray(IMMEDIATE.length) : bytes));
  }

  skip(): void {
    this.#speech.interrupt();
  }

  #open(): Utterance {
    return this.#speech.open(
      {
        started: () => {
          this.#say('SPEAK');
        },
        ended: () => {
          this.#utterance = undefined;
          this.#say('SILENT');
        },
      },
      PATIENCE_MS,
    );
  }
}
