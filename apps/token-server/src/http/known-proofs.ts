import type { Caller } from '../broker/caller.ts';
import { KNOWN_PROOF_MS, KNOWN_PROOFS } from '../config/constants.ts';
import { sha256 } from '../sha256.ts';

interface Known {
  readonly caller: Caller;
  /** When the token expires, by the clock on the wall. */
  readonly expiresAt: number;
  /** When it is verified again, by a clock that nobody sets. */
  readonly until: number;
}

/**
 * Whom a token was good for a moment ago, so that each is not verified with every request. Only tokens that were good
 * are known, and only by their hashes; none outlives its own end.
 */
export class KnownProofs {
  readonly #known = new Map<string, Known>();

  find(token: string): Caller | undefined {
    const name = sha256(token);
    const known = this.#known.get(name);
    if (known === undefined) return undefined;
    if (performance.now() < known.until && Date.now() < known.expiresAt) return known.caller;
    this.#known.delete(name);
    return undefined;
  }

  keep(token: string, caller: Caller, expiresAt: number): void {
    if (this.#known.size >= KNOWN_PROOFS) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    this.#known.set(sha256(token), { caller, expiresAt, until: performance.now() + KNOWN_PROOF_MS });
  }
}
