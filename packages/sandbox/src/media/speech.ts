/** Blocks of this length are what WebRTC takes. */
export const BLOCK_MS = 10;

/** What one wants to hear of something that is said. */
export interface SpeechListener {
  /** Its first sound is heard. */
  readonly started?: () => void;
  /** Its last sound was heard, or it was cut short. */
  readonly ended?: (interrupted: boolean) => void;
}

/** Something being said, which may still grow. */
export interface Utterance {
  append(samples: Int16Array): void;
  /** No more will come. */
  end(): void;
}

interface Queued {
  readonly listener: SpeechListener;
  /** An utterance that nobody ends, ends itself after so much waiting for more, at its turn or before. */
  readonly patienceMs: number;
  readonly chunks: Int16Array[];
  read: number;
  started: boolean;
  complete: boolean;
  waitedMs: number;
}

/** Louder than this opens the mouth entirely (root mean square of 16-bit samples). */
const LOUD = 5200;
const QUIET = 150;
/** A minute and more of unheard audio is a client gone wrong. */
const MAX_QUEUED_MS = 120_000;
/** As many utterances at once, too; each may still be empty. */
const MAX_QUEUED = 200;
/** A client that was broken off never ends what it began; a language model seldom pauses longer. */
const PATIENCE_MS = 10_000;

/** What is to be said, in order, read in blocks of 10 ms: silence when there is nothing. */
export class Speech {
  readonly rate: number;
  readonly #blockSize: number;
  readonly #queue: Queued[] = [];
  #loudness = 0;

  constructor(rate: number) {
    this.rate = rate;
    this.#blockSize = (rate * BLOCK_MS) / 1000;
  }

  /** How far the mouth is open, from 0 to 1, after the last block. */
  get loudness(): number {
    return this.#loudness;
  }

  get speaking(): boolean {
    return this.#queue[0]?.started ?? false;
  }

  /** Whether nothing more may be opened. */
  get full(): boolean {
    return this.#queue.length >= MAX_QUEUED;
  }

  /** Begins something to be said. */
  open(listener: SpeechListener, patienceMs: number = PATIENCE_MS): Utterance {
    if (this.full) throw new TypeError(`must wait: ${MAX_QUEUED} utterances are not over yet`);
    const queued: Queued = {
      listener,
      patienceMs,
      chunks: [],
      read: 0,
      started: false,
      complete: false,
      waitedMs: 0,
    };
    this.#queue.push(queued);
    return {
      append: (samples) => {
        if (!queued.complete && this.#queuedMs() < MAX_QUEUED_MS) queued.chunks.push(samples);
      },
      end: () => {
        queued.complete = true;
      },
    };
  }

  /** Says something that is known whole. */
  say(samples: Int16Array, listener: SpeechListener = {}): void {
    const utterance = this.open(listener);
    utterance.append(samples);
    utterance.end();
  }

  /** Falls silent, and forgets what was still to be said. */
  interrupt(): void {
    for (const { listener } of this.#queue.splice(0)) listener.ended?.(true);
  }

  /** Falls silent for good. Nobody is told: whoever listened is leaving or has left. */
  close(): void {
    this.#queue.length = 0;
  }

  /** The next 10 ms. */
  next(): Int16Array {
    const block = new Int16Array(this.#blockSize);
    let filled = 0;
    let current = this.#queue[0];
    while (current && filled < block.length) {
      filled += this.#take(current, block, filled);
      if (filled === block.length || !this.#over(current)) break;
      this.#queue.shift();
      current.listener.ended?.(false);
      current = this.#queue[0];
    }
    for (const queued of this.#queue) if (queued.chunks.length === 0) queued.waitedMs += BLOCK_MS;
    this.#listen(block);
    return block;
  }

  #take(from: Queued, block: Int16Array, at: number): number {
    let taken = 0;
    for (let chunk = from.chunks[0]; chunk && at + taken < block.length; chunk = from.chunks[0]) {
      const part = chunk.subarray(from.read, from.read + block.length - at - taken);
      block.set(part, at + taken);
      taken += part.length;
      from.read += part.length;
      if (from.read < chunk.length) break;
      from.chunks.shift();
      from.read = 0;
    }
    if (taken === 0) return 0;
    from.waitedMs = 0;
    if (!from.started) {
      from.started = true;
      from.listener.started?.();
    }
    return taken;
  }

  /** Whether nothing more will come of it. */
  #over(queued: Queued): boolean {
    if (queued.chunks.length > 0) return false;
    return queued.complete || queued.waitedMs >= queued.patienceMs;
  }

  #queuedMs(): number {
    const samples = this.#queue.flatMap(({ chunks }) => chunks).reduce((sum, { length }) => sum + length, 0);
    return (samples * 1000) / this.rate;
  }

  /** The mouth opens at once and closes a little later, as mouths do. */
  #listen(block: Int16Array): void {
    const power = block.reduce((sum, sample) => sum + sample * sample, 0) / block.length;
    const level = Math.max(0, Math.sqrt(power) - QUIET) / LOUD;
    const open = Math.min(1, level ** 0.7);
    this.#loudness += (open - this.#loudness) * (open > this.#loudness ? 0.5 : 0.16);
  }
}
