import type { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { LOG_BACKLOG_BYTES, LOG_HOLD_MS } from '../config/constants.ts';

/** What takes the lines of the log. */
export interface LogDestination {
  write(line: string): void;
  /** Writes at once what is held back. */
  flush?(): void;
  /** How many lines are not, and will not be, in the log. */
  readonly lost?: number;
  /** Resolves when all is written, or after so long. */
  settle?(withinMs: number): Promise<void>;
}

/**
 * Writes the lines of the log to a stream, in their order. Whoever reads them may stall, and a disk may be full: then
 * lines are lost, and nobody waits for them. `caughtUp` is told how many, once what could be kept is written.
 *
 * Lines that come close together are written together: one by one, they would be the dearest part of a refusal. Only what
 * must be there before anything else happens is flushed at once.
 *
 * Of a line for which a disk has only half the room, Node writes that half into a file, and calls it written. The next one
 * fails: so when one does, the line before it counts as lost too, and what is written after it begins on a new line.
 *
 * The stream is Node's own stdout. Pino's own way writes in other threads, and one that waits for a stalled reader
 * keeps the process from its end.
 */
export class LogOutput implements LogDestination {
  readonly #stream: Writable;
  readonly #caughtUp: (lost: number) => void;
  #lost = 0;
  #told = 0;
  #isFailing = false;
  #mayBeTorn = false;

  constructor(stream: Writable, caughtUp: (lost: number) => void) {
    this.#stream = stream;
    this.#caughtUp = caughtUp;
    // Each line that this costs is counted where it was written.
    stream.on('error', () => undefined);
    process.once('exit', () => {
      this.flush();
    });
  }

  get lost(): number {
    return this.#lost;
  }

  write(line: string): void {
    if (this.#stream.writableLength > LOG_BACKLOG_BYTES) this.#lost++;
    else {
      this.#holdBack();
      this.#stream.write(this.#mayBeTorn ? `\n${line}` : line, this.#written);
      this.#mayBeTorn = false;
    }
  }

  /** Writes at once what is held back. */
  flush(): void {
    if (this.#stream.writableCorked > 0) this.#stream.uncork();
  }

  async settle(withinMs: number): Promise<void> {
    this.flush();
    const written = new Promise<void>((resolve) => {
      this.#stream.write('', () => {
        resolve();
      });
    });
    await Promise.race([written, wait(withinMs, undefined, { ref: false })]);
  }

  #holdBack(): void {
    if (this.#stream.writableCorked > 0) return;
    this.#stream.cork();
    setTimeout(() => {
      this.flush();
    }, LOG_HOLD_MS).unref();
  }

  readonly #written = (error?: Error | null): void => {
    if (error !== undefined && error !== null) {
      this.#lost += this.#isFailing ? 1 : 2;
      this.#isFailing = this.#mayBeTorn = true;
      return;
    }
    this.#isFailing = false;
    if (this.#told < this.#lost && this.#stream.writableLength === 0) {
      const lost = this.#lost - this.#told;
      this.#told = this.#lost;
      this.#caughtUp(lost);
    }
  };
}
