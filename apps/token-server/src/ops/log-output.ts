import type { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { LOG_BACKLOG_BYTES } from '../config/constants.ts';

/** What takes the lines of the log. */
export interface LogDestination {
  write(line: string): void;
  /** How many lines are not, and will not be, in the log. */
  readonly lost?: number;
  /** Resolves when all is written, or after so long. */
  settle?(withinMs: number): Promise<void>;
}

/**
 * Writes the lines of the log to a stream, in their order. Whoever reads them may stall, and a disk may be full: then
 * lines are lost, and nobody waits for them. `caughtUp` is told how many, once what could be kept is written.
 *
 * The stream is Node's own stdout. Pino's own way writes in other threads, and one that waits for a stalled reader
 * keeps the process from its end.
 */
export class LogOutput implements LogDestination {
  readonly #stream: Writable;
  readonly #caughtUp: (lost: number) => void;
  #lost = 0;
  #told = 0;

  constructor(stream: Writable, caughtUp: (lost: number) => void) {
    this.#stream = stream;
    this.#caughtUp = caughtUp;
    // Each line that this costs is counted where it was written.
    stream.on('error', () => undefined);
  }

  get lost(): number {
    return this.#lost;
  }

  write(line: string): void {
    if (this.#stream.writableLength > LOG_BACKLOG_BYTES) this.#lost++;
    else this.#stream.write(line, this.#written);
  }

  async settle(withinMs: number): Promise<void> {
    const written = new Promise<void>((resolve) => {
      this.#stream.write('', () => {
        resolve();
      });
    });
    await Promise.race([written, wait(withinMs, undefined, { ref: false })]);
  }

  readonly #written = (error?: Error | null): void => {
    if (error !== undefined && error !== null) this.#lost++;
    else if (this.#told < this.#lost && this.#stream.writableLength === 0) {
      const lost = this.#lost - this.#told;
      this.#told = this.#lost;
      this.#caughtUp(lost);
    }
  };
}
