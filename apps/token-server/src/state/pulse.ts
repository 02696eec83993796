import { EventEmitter, once } from 'node:events';
import { PULSE_MS } from '../config/constants.ts';

/** Told what keeps the store from being used, in a word; and `undefined` once it can be used again. */
export type OnOutage = (why: string | undefined) => void;

/**
 * Knows whether a store can be used, by using it again and again. An open socket says too little: whoever is behind it
 * may hang, or take no writes.
 */
export class Pulse {
  readonly #beat: () => Promise<string | undefined>;
  readonly #onOutage: OnOutage;
  readonly #found = new EventEmitter<{ ok: [] }>();
  readonly #timer: NodeJS.Timeout;
  #health: 'unknown' | 'ok' | 'down' = 'unknown';
  #looking = false;
  #stopped = false;

  /** `beat` uses the store, and resolves with what kept it from that, if anything. */
  constructor(beat: () => Promise<string | undefined>, onOutage: OnOutage) {
    this.#beat = beat;
    this.#onOutage = onOutage;
    this.#timer = setInterval(() => {
      this.check();
    }, PULSE_MS);
    this.#timer.unref();
  }

  get ok(): boolean {
    return this.#health === 'ok';
  }

  /** Looks now, unless it is looking. */
  check(): void {
    if (this.#looking) return;
    this.#looking = true;
    void this.#look().finally(() => {
      this.#looking = false;
    });
  }

  /** Whether the store can be used, by then at the latest. */
  async okWithin(ms: number): Promise<boolean> {
    if (!this.ok) await once(this.#found, 'ok', { signal: AbortSignal.timeout(ms) }).catch(() => undefined);
    return this.ok;
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const why = await this.#beat();
    if (this.#stopped) return;
    const before = this.#health;
    this.#health = why === undefined ? 'ok' : 'down';
    if (why === undefined) this.#found.emit('ok');
    const isNews = why === undefined ? before === 'down' : before !== 'down';
    if (isNews) this.#onOutage(why);
  }
}
