import type { IntentClaim } from './state.ts';

interface Intent {
  readonly fingerprint: string;
  readonly holder: string;
  readonly until: number;
  readonly sealed?: string;
}

/** What became of the intents that callers gave a key. */
export class MemoryIntents {
  readonly #intents = new Map<string, Intent>();

  claim(key: string, fingerprint: string, holder: string, now: number, claimMs: number): IntentClaim {
    const intent = this.#intents.get(key);
    if (intent === undefined || intent.until <= now) {
      this.#intents.set(key, { fingerprint, holder, until: now + claimMs });
      return { kind: 'yours' };
    }
    if (intent.fingerprint !== fingerprint) return { kind: 'other' };
    return intent.sealed === undefined ? { kind: 'running' } : { kind: 'done', sealed: intent.sealed };
  }

  complete(key: string, holder: string, sealed: string, now: number, keepMs: number): boolean {
    const intent = this.#intents.get(key);
    if (intent?.holder !== holder || intent.until <= now) return false;
    this.#intents.set(key, { ...intent, sealed, until: now + keepMs });
    return true;
  }

  abandon(key: string, holder: string): boolean {
    const intent = this.#intents.get(key);
    if (intent?.holder !== holder) return false;
    this.#intents.delete(key);
    return intent.sealed === undefined;
  }

  forget(now: number): void {
    for (const [key, { until }] of this.#intents) if (until <= now) this.#intents.delete(key);
  }
}
