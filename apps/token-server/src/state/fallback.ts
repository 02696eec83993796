import { isLocalId, localIdOf, mayBeElsewhere, processTag } from './local-ids.ts';
import { MemoryState } from './memory.ts';
import {
  SessionElsewhere,
  StateUnavailable,
  type IntentClaim,
  type Known,
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
 * A shared store, and one of this process in which to go on while the shared one is gone: the limits then hold for each
 * replica by itself. A session stays where it began. Its id says where that is, so no replica takes a session that it
 * cannot see for one that is over.
 */
export class FallbackState implements State {
  readonly #shared: State;
  readonly #local: State;
  readonly #tag = processTag();

  constructor(shared: State, local: State = new MemoryState()) {
    this.#shared = shared;
    this.#local = local;
  }

  take(rates: readonly Rate[]): Promise<RateRefusal | undefined> {
    return orElse(this.#shared.take(rates), () => this.#local.take(rates));
  }

  reserve(session: NewSession, limits: SessionLimits): Promise<SessionRecord | SessionRefusal> {
    return orElse(this.#shared.reserve(session, limits), async () => {
      const id = localIdOf(session.id, this.#tag, await this.#local.now());
      return this.#local.reserve({ ...session, id }, limits);
    });
  }

  async find(id: string): Promise<SessionRecord | undefined> {
    const record = await this.#storeOf(id).find(id);
    if (record === undefined && mayBeElsewhere(id, this.#tag, await this.#local.now())) {
      throw new SessionElsewhere('If anybody remembers this session, it is another replica');
    }
    return record;
  }

  list(caller: string): Promise<readonly SessionRecord[]> {
    return this.#both((state) => state.list(caller));
  }

  listVendor(vendor: string): Promise<readonly SessionRecord[]> {
    return this.#both((state) => state.listVendor(vendor));
  }

  own(): Promise<readonly SessionRecord[]> {
    return this.#both((state) => state.own());
  }

  isOwn(id: string): boolean {
    return this.#storeOf(id).isOwn(id);
  }

  change(id: string, changes: SessionChanges): Promise<SessionRecord | undefined> {
    return this.#storeOf(id).change(id, changes);
  }

  nameAtVendor(id: string, vendorSessionId: string, claimMs: number): Promise<SessionRecord | undefined> {
    return this.#storeOf(id).nameAtVendor(id, vendorSessionId, claimMs);
  }

  async due(limit: number): Promise<readonly string[]> {
    const shared = await orElse(this.#shared.due(limit), () => Promise.resolve([]));
    return [...(await this.#local.due(limit)), ...shared].slice(0, limit);
  }

  claimEnding(id: string, claim: Parameters<State['claimEnding']>[1]): Promise<SessionRecord | undefined> {
    return this.#storeOf(id).claimEnding(id, claim);
  }

  postpone(id: string, byMs: number, known?: Known): Promise<void> {
    return this.#storeOf(id).postpone(id, byMs, known);
  }

  finishEnding(id: string, usedSeconds: number, claimMs: number): Promise<SessionRecord | undefined> {
    return this.#storeOf(id).finishEnding(id, usedSeconds, claimMs);
  }

  claimReceipt(id: string, claimMs: number): Promise<SessionRecord | undefined> {
    return this.#storeOf(id).claimReceipt(id, claimMs);
  }

  noteReceipt(id: string): Promise<void> {
    return this.#storeOf(id).noteReceipt(id);
  }

  claimIntent(key: string, fingerprint: string, holder: string, claimMs: number): Promise<IntentClaim> {
    return orElse(this.#shared.claimIntent(key, fingerprint, holder, claimMs), () =>
      this.#local.claimIntent(key, fingerprint, holder, claimMs),
    );
  }

  /** Each holder is one request, so it has claimed the intent in one of the two. */
  async completeIntent(key: string, holder: string, sealed: string, keepMs: number): Promise<boolean> {
    const kept = await this.#local.completeIntent(key, holder, sealed, keepMs);
    return kept || this.#shared.completeIntent(key, holder, sealed, keepMs);
  }

  async abandonIntent(key: string, holder: string): Promise<boolean> {
    const unread = await this.#local.abandonIntent(key, holder);
    return (await this.#shared.abandonIntent(key, holder)) || unread;
  }

  claimTask(name: string, forMs: number, holder?: string): Promise<boolean> {
    return orElse(this.#shared.claimTask(name, forMs, holder), () =>
      this.#local.claimTask(name, forMs, holder),
    );
  }

  now(id?: string): Promise<number> {
    if (id !== undefined) return this.#storeOf(id).now();
    return orElse(this.#shared.now(), () => this.#local.now());
  }

  connected(withinMs: number): Promise<boolean> {
    return this.#shared.connected(withinMs);
  }

  health(): 'ok' | 'degraded' {
    return this.#shared.health() === 'ok' ? 'ok' : 'degraded';
  }

  async close(): Promise<void> {
    await Promise.all([this.#shared.close(), this.#local.close()]);
  }

  #storeOf(id: string): State {
    return isLocalId(id) ? this.#local : this.#shared;
  }

  /** What is in either; nothing when one of them cannot be asked, for half a list is a wrong one. */
  async #both(ask: (state: State) => Promise<readonly SessionRecord[]>): Promise<readonly SessionRecord[]> {
    return (await Promise.all([ask(this.#shared), ask(this.#local)])).flat();
  }
}

async function orElse<Answer>(shared: Promise<Answer>, local: () => Promise<Answer>): Promise<Answer> {
  try {
    return await shared;
  } catch (error) {
    if (error instanceof StateUnavailable) return local();
    throw error;
  }
}
