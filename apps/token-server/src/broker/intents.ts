import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { INTENT_CLAIM_MS, INTENT_KEEP_MS, INTENT_POLL_MS, INTENT_WAIT_MS } from '../config/constants.ts';
import { sha256 } from '../sha256.ts';
import type { State } from '../state/state.ts';
import { Refusal } from './refusal.ts';
import type { Seal } from './seal.ts';

/** One intent of a caller's, by the key that it gave it. */
export interface Intent {
  readonly caller: string;
  readonly key: string;
  /** What was asked for, as a text that is the same for the same. */
  readonly asked: string;
}

/** What came of an intent. */
export interface Answered {
  readonly answer: string;
  /**
   * Frees the key, and resolves with whether nobody has read the answer; only for whoever made it, so that nobody frees
   * the key of another's.
   */
  readonly giveBack?: () => Promise<boolean>;
}

/** Sees to it that what is asked for twice with one key is done once. */
export class Intents {
  readonly #state: State;
  readonly #seal: Seal;

  constructor(state: State, seal: Seal) {
    this.#state = state;
    this.#seal = seal;
  }

  /**
   * The answer of the first who asked: made now by `make`, or kept. `lost` undoes one that was not kept; where nobody
   * knows whether it was, it is given `giveBack`, which frees the key and resolves with whether nobody has read it.
   */
  async once(
    { caller, key, asked }: Intent,
    signal: AbortSignal,
    make: () => Promise<string>,
    lost: (giveBack?: () => Promise<boolean>) => Promise<void>,
  ): Promise<Answered> {
    const name = sha256(`${caller}\n${key}`);
    const holder = randomUUID();
    const kept = await this.#claim(name, sha256(asked), holder, signal);
    if (kept !== undefined) return { answer: kept };
    const giveBack = (): Promise<boolean> => this.#state.abandonIntent(name, holder);
    let answer: string;
    try {
      answer = await make();
    } catch (error) {
      // Nothing was granted, so the next request with this key may try. If that cannot be said, it must wait.
      await giveBack().catch(() => undefined);
      throw error;
    }
    const sealed = this.#seal.seal(answer, name);
    let mine: boolean;
    try {
      mine = await this.#state.completeIntent(name, holder, sealed, INTENT_KEEP_MS);
    } catch (error) {
      await lost(giveBack);
      throw error;
    }
    if (mine) return { answer, giveBack };
    await lost();
    throw new Refusal('key_in_use', 'Another request with this Idempotency-Key has taken over.');
  }

  async #claim(
    name: string,
    fingerprint: string,
    holder: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const giveUpAt = performance.now() + INTENT_WAIT_MS;
    for (;;) {
      const claim = await this.#state.claimIntent(name, fingerprint, holder, INTENT_CLAIM_MS);
      if (claim.kind === 'yours') return undefined;
      if (claim.kind === 'other') {
        throw new Refusal('key_reused', 'With this Idempotency-Key another body was sent before.');
      }
      if (claim.kind === 'done') {
        const answer = this.#seal.open(claim.sealed, name);
        if (answer !== undefined) return answer;
        throw new Refusal(
          'key_reused',
          'What was answered with this Idempotency-Key cannot be read any more.',
        );
      }
      if (performance.now() > giveUpAt || signal.aborted) {
        throw new Refusal('key_in_use', 'The first request with this Idempotency-Key is still under way.');
      }
      await wait(INTENT_POLL_MS);
    }
  }
}
