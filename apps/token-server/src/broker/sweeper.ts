import {
  ENDING_CLAIM_MS,
  ENDS_AT_ONCE,
  LATE_SWEEP_MS,
  STOP_AGAIN_MS,
  SWEEP_BATCH,
} from '../config/constants.ts';
import { StateUnavailable, type SessionRecord, type State } from '../state/state.ts';
import { silenceMs, type Keeper } from './keeper.ts';
import type { Undoing } from './undoing.ts';
import type { Watch } from './watch.ts';

export interface SweeperParts {
  readonly state: State;
  readonly keeper: Keeper;
  readonly undoing: Undoing;
  readonly watch: Watch;
}

/** Ends what is due: what was never granted, is silent, or has used up its time; and makes up lost receipts. */
export class Sweeper {
  readonly #parts: SweeperParts;
  /** The ends under way, of each vendor apart: one that hangs holds up no other. */
  readonly #ends = new Map<string, Set<Promise<unknown>>>();
  /** Since when a page's word is kept, by the store's time; before that, silence proves nothing. */
  #hearsSince = Infinity;
  /** When it last looked, and since when it has looked as often as it should, by `performance.now()`. */
  #lookedAt = Infinity;
  #awakeSince = -Infinity;
  #closed = false;

  constructor(parts: SweeperParts) {
    this.#parts = parts;
  }

  /** Takes on all that is due, and waits for no vendor. */
  async sweep(): Promise<void> {
    const failed = new Set<string>();
    let more = true;
    while (more && !this.#closed) more = await this.#sweepBatch(failed);
  }

  /** Takes on no further batch. */
  close(): void {
    this.#closed = true;
  }

  /** Resolves once the ends under way are over. */
  async idle(): Promise<void> {
    await Promise.all([...this.#ends.values()].flatMap((ends) => [...ends]));
  }

  /** Whether there may be more that is due. */
  async #sweepBatch(failed: Set<string>): Promise<boolean> {
    // Those that failed in this sweep are still due, before all others.
    const ids = (await this.#look(SWEEP_BATCH + failed.size)).filter((id) => !failed.has(id));
    const usable = await Promise.all(ids.map((id) => this.#take(id, failed)));
    return ids.length >= SWEEP_BATCH && !usable.includes(false);
  }

  async #look(most: number): Promise<readonly string[]> {
    const { state, undoing } = this.#parts;
    const lookedAt = performance.now();
    // It was stopped itself, as when its container is paused, and has not read yet what came meanwhile.
    if (lookedAt - this.#lookedAt > LATE_SWEEP_MS) this.#awakeSince = lookedAt;
    this.#lookedAt = lookedAt;
    try {
      const [ids, now] = await Promise.all([state.due(most), state.now()]);
      const isWell = state.health() === 'ok';
      this.#hearsSince = isWell ? Math.min(this.#hearsSince, now) : Infinity;
      if (isWell) undoing.again();
      else undoing.stopAgain();
      return ids;
    } catch (error) {
      undoing.stopAgain();
      this.#note(error);
      throw error;
    }
  }

  /** Deals with a session; with whether the store can be used. */
  async #take(id: string, failed: Set<string>): Promise<boolean> {
    const { state, keeper } = this.#parts;
    try {
      const [record, now] = await Promise.all([state.find(id), state.now(id)]);
      // The store has forgotten the session: to claim it takes it out of what is due.
      if (record === undefined) await keeper.end(id, 'forgotten');
      else if (record.status === 'ended') await keeper.makeUpReceipt(id);
      else if (this.#maySpeakYet(record, now)) await state.change(id, { dueInMs: silenceMs(record) });
      else await this.#end(record, whyDue(record, now));
      return true;
    } catch (error) {
      this.#failed(error, id);
      failed.add(id);
      return !(error instanceof StateUnavailable);
    }
  }

  /** Whether its page has not had its whole time to be heard since this process hears, and words are kept, again. */
  #maySpeakYet(record: SessionRecord, now: number): boolean {
    if (record.status !== 'live' || now >= record.expiresAt) return false;
    if (performance.now() - this.#awakeSince < silenceMs(record)) return true;
    // What this process alone keeps was heard all the time.
    return now - this.#hearsSince < silenceMs(record) && !this.#parts.state.isOwn(record.id);
  }

  /** Claims a session and lets its end run; where too many run at its vendor, it is due again a little later. */
  async #end({ id, vendor }: SessionRecord, reason: string): Promise<void> {
    const ends = this.#ends.get(vendor) ?? new Set();
    this.#ends.set(vendor, ends);
    const hasRoom = ends.size < ENDS_AT_ONCE;
    const claimMs = hasRoom ? ENDING_CLAIM_MS : STOP_AGAIN_MS;
    const claim = this.#parts.state.claimEnding(id, { reason, claimMs, onlyIfDue: true });
    if (hasRoom) {
      const end = this.#finish(claim).finally(() => ends.delete(end));
      ends.add(end);
    }
    await claim;
  }

  async #finish(claim: Promise<SessionRecord | undefined>): Promise<void> {
    // A claim that fails is told where it is awaited.
    const claimed = await claim.catch(() => undefined);
    if (claimed === undefined) return;
    try {
      await this.#parts.keeper.finish(claimed);
    } catch (error) {
      this.#failed(error, claimed.id);
    }
  }

  #failed(error: unknown, session: string): void {
    this.#note(error);
    this.#parts.watch.failed('sweep', error, { session });
  }

  #note(error: unknown): void {
    if (error instanceof StateUnavailable) this.#hearsSince = Infinity;
  }
}

function whyDue({ status, expiresAt }: SessionRecord, now: number): string {
  if (status === 'pending') return 'never_granted';
  return now >= expiresAt ? 'time_used_up' : 'silent';
}
