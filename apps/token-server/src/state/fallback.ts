import { MemoryState } from './memory.ts';
import {
  StateUnavailable,
  type IntentClaim,
  type NewSession,
  type Rate,
  type RateRefusal,
  type SessionChanges,
  type SessionLimits,
  type SessionRecord,
  type SessionRefusal,
  type State,
} from './state.ts';

/**
 * A shared store, and one of this process to go on with while the shared one is gone. The limits then hold for each
 * replica by itself. What was begun in either is ended in it.
 */
export class FallbackState implements State {
  readonly #shared: State;
  readonly #local: State;
  readonly #onChange: (degraded: boolean) => void;
  #degraded = false;

  constructor(
    shared: State,
    onChange: (degraded: boolean) => void = () => undefined,
    local: State = new MemoryState(),
  ) {
    this.#shared = shared;
    this.#local = local;
    this.#onChange = onChange;
  }

  take(rates: readonly Rate[]): Promise<RateRefusal | undefined> {
    return this.#either((state) => state.take(rates));
  }

  reserve(session: NewSession, limits: SessionLimits): Promise<SessionRecord | SessionRefusal> {
    return this.#either((state) => state.reserve(session, limits));
  }

  find(id: string): Promise<SessionRecord | undefined> {
    return this.#whereItIs(id, (state) => state.find(id));
  }

  list(caller: string): Promise<readonly SessionRecord[]> {
    return this.#both((state) => state.list(caller));
  }

  listVendor(vendor: string): Promise<readonly SessionRecord[]> {
    return this.#both((state) => state.listVendor(vendor));
  }

  async own(): Promise<readonly SessionRecord[]> {
    return [...(await this.#shared.own()), ...(await this.#local.own())];
  }

  change(id: string, changes: SessionChanges): Promise<SessionRecord | undefined> {
    return this.#whereItIs(id, (state) => state.change(id, changes));
  }

  due(limit: number): Promise<readonly string[]> {
    return this.#both((state) => state.due(limit));
  }

  claimEnding(id: string, claim: Parameters<State['claimEnding']>[1]): Promise<SessionRecord | undefined> {
    return this.#whereItIs(id, (state) => state.claimEnding(id, claim));
  }

  postpone(id: string, byMs: number): Promise<void> {
    return this.#whereItIs(id, (state) => state.postpone(id, byMs));
  }

  finishEnding(id: string, usedSeconds: number): Promise<SessionRecord | undefined> {
    return this.#whereItIs(id, (state) => state.finishEnding(id, usedSeconds));
  }

  claimIntent(key: string, fingerprint: string, holder: string, claimMs: number): Promise<IntentClaim> {
    return this.#either((state) => state.claimIntent(key, fingerprint, holder, claimMs));
  }

  async completeIntent(key: string, holder: string, sealed: string, keepMs: number): Promise<boolean> {
    const kept = await this.#local.completeIntent(key, holder, sealed, keepMs);
    return kept || this.#either((state) => state.completeIntent(key, holder, sealed, keepMs));
  }

  async abandonIntent(key: string, holder: string): Promise<void> {
    await this.#local.abandonIntent(key, holder);
    await this.#either((state) => state.abandonIntent(key, holder));
  }

  claimTask(name: string, forMs: number): Promise<boolean> {
    return this.#either((state) => state.claimTask(name, forMs));
  }

  now(): Promise<number> {
    return this.#either((state) => state.now());
  }

  connected(withinMs: number): Promise<boolean> {
    return this.#shared.connected(withinMs);
  }

  health(): 'ok' | 'degraded' {
    return this.#degraded || this.#shared.health() !== 'ok' ? 'degraded' : 'ok';
  }

  async close(): Promise<void> {
    await Promise.all([this.#shared.close(), this.#local.close()]);
  }

  async #either<Answer>(ask: (state: State) => Promise<Answer>): Promise<Answer> {
    try {
      const answer = await ask(this.#shared);
      this.#note(false);
      return answer;
    } catch (error) {
      if (!(error instanceof StateUnavailable)) throw error;
      this.#note(true);
      return ask(this.#local);
    }
  }

  async #whereItIs<Answer>(id: string, ask: (state: State) => Promise<Answer>): Promise<Answer> {
    return (await this.#local.find(id)) === undefined ? this.#either(ask) : ask(this.#local);
  }

  async #both<Item>(ask: (state: State) => Promise<readonly Item[]>): Promise<readonly Item[]> {
    const local = await ask(this.#local);
    try {
      const shared = await ask(this.#shared);
      this.#note(false);
      return [...shared, ...local];
    } catch (error) {
      if (!(error instanceof StateUnavailable)) throw error;
      this.#note(true);
      return local;
    }
  }

  #note(degraded: boolean): void {
    if (this.#degraded === degraded) return;
    this.#degraded = degraded;
    this.#onChange(degraded);
  }
}
