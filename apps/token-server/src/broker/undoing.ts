import { setTimeout as wait } from 'node:timers/promises';
import { ENDING_CLAIM_MS, LAST_STOPS_MS, UNDO_WAIT_MS } from '../config/constants.ts';
import type { SessionRecord, State } from '../state/state.ts';
import type { Keeper } from './keeper.ts';
import { msUntil, Stopping } from './stopping.ts';
import type { Watch } from './watch.ts';

export interface UndoingParts {
  readonly state: State;
  readonly keeper: Keeper;
  readonly watch: Watch;
}

/** The taking back of one session. */
export interface Undo {
  readonly id: string;
  readonly run: () => Promise<void>;
  /** Where its vendor may have to be asked more than once, whatever the state can note of it. */
  readonly stopping?: Stopping;
}

/** Takes back sessions for nobody who waits for it, and remembers what is still owed. */
export class Undoing {
  readonly #parts: UndoingParts;
  readonly #underWay = new Map<Promise<void>, Undo>();
  /** What is still to be undone because the state could not be asked, or has forgotten it, or may forget it yet. */
  readonly #owed = new Set<Undo>();

  constructor(parts: UndoingParts) {
    this.#parts = parts;
  }

  /**
   * Takes back a session that could not be granted, for whoever was opening it. Nobody has its token, so that it is
   * over needs no proof. Never rejects, and never waits long: a vendor that hangs on the stop keeps nobody from asking
   * another one. What cannot be undone for want of the state is undone when that is back, and stopped until then; what
   * the state has forgotten is stopped until its cap at most.
   *
   * @param inDoubt whether the vendor may be starting it: then it may say that there is no such session, and a moment
   *   later there is, so that it is stopped again for as long as that may be
   */
  async undo(record: SessionRecord, reason: string, inDoubt = false): Promise<void> {
    const { keeper } = this.#parts;
    const stopping = new Stopping(() => keeper.stop(record, reason), inDoubt);
    const tell = (): Promise<void> => keeper.takeBack(record, reason, stopping.isDone);
    await this.#beginSoon(this.#undoOf(record, stopping, tell));
  }

  /**
   * Takes back a session that was granted, as {@link undo}; unless nobody has read its token, its lease goes only as
   * that of any other session does.
   *
   * @param isUnread whether nobody has read its token, and nobody will from now on
   */
  async revoke(record: SessionRecord, reason: string, isUnread: () => Promise<boolean>): Promise<void> {
    const { keeper, state } = this.#parts;
    let unread = false;
    const stopping = new Stopping(() => keeper.stop(record, reason));
    const tell = async (): Promise<void> => {
      // Once said it stays so, and when asked again nobody would know any more.
      unread ||= await isUnread();
      if (unread) {
        await keeper.takeBack(record, reason, stopping.isDone);
        return;
      }
      const claimed = await state.claimEnding(record.id, { reason, claimMs: ENDING_CLAIM_MS });
      if (claimed === undefined) return;
      // Whoever has read its token may have begun it since.
      if (stopping.last === 'none_runs') await keeper.finish(claimed);
      else await keeper.conclude(claimed, stopping.last);
    };
    await this.#beginSoon(this.#undoOf(record, stopping, tell));
  }

  /**
   * Ends a session for nobody who waits for it. Never rejects, as {@link undo}.
   *
   * @param giveBack frees its key: whoever asks with that again is to have a session, and not the end of this one
   */
  async abandon(id: string, reason: string, giveBack?: () => Promise<unknown>): Promise<void> {
    const run = async (): Promise<void> => {
      // A key that cannot be freed now keeps no session from its end.
      await giveBack?.().catch(() => undefined);
      await this.#parts.keeper.end(id, reason);
    };
    await this.#begin({ id, run });
  }

  /** Stops a session that has ended for us and may run at its vendor, until its cap at most. Never rejects. */
  async stopEnded(record: SessionRecord): Promise<void> {
    const { keeper } = this.#parts;
    await this.#begin(this.#undoOf(record, new Stopping(() => keeper.stop(record))));
  }

  /** Tries again what is still to be undone, and waits for none of it. */
  again(): void {
    for (const undo of this.#owed) void this.#begin(undo);
  }

  /** The same while the state is away: then no more than the vendor can be asked. */
  stopAgain(): void {
    for (const undo of this.#owed) void this.#note(undo, undo.stopping?.again());
  }

  /** Resolves once nothing is being undone. */
  async idle(): Promise<void> {
    await Promise.all(this.#underWay.keys());
  }

  /** Stops what is owed until it is stopped, and tells the state, if that can be told. */
  async forGood(endsAt: number, tried: Set<Undo>): Promise<void> {
    const undos = [...this.#owed].filter((undo) => !tried.has(undo));
    const undone = undos.map(async (undo) => {
      tried.add(undo);
      await undo.stopping?.forGood(Math.min(msUntil(endsAt), LAST_STOPS_MS));
      await this.#begin(undo);
    });
    await Promise.all(undone);
  }

  /** What is not stopped, and of which the state may not tell another replica. */
  unstopped(): readonly Undo[] {
    const hidden = this.#parts.state.health() === 'ok' ? [] : this.#underWay.values();
    return [...this.#owed, ...hidden].filter(({ stopping }) => stopping?.isDone === false);
  }

  /** Whether the session of that id is being undone. */
  has(id: string): boolean {
    return [...this.#underWay.values()].some((undo) => undo.id === id);
  }

  /**
   * Stops a session, then tells the state of it; owed again, until its cap at most, where it is not stopped and no
   * sweep will stop it.
   *
   * @param tell nothing is told of what the state has as ended already: no sweep finds that any more
   */
  #undoOf(record: SessionRecord, stopping: Stopping, tell?: () => Promise<void>): Undo {
    const { id, expiresAt, createdAt } = record;
    const giveUpAt = performance.now() + expiresAt - createdAt;
    const owe = (undo: Undo): void => {
      if (performance.now() < giveUpAt) this.#owed.add(undo);
    };
    const undo: Undo = {
      id,
      stopping,
      run: async () => {
        // First of all: it is to be stopped even where the state cannot be asked, or knows of it no more.
        await stopping.again();
        await tell?.();
        if (stopping.isDone) return;
        if (tell === undefined) owe(undo);
        else await look.run();
      },
    };
    // What the state has as `ending` is stopped by the sweeps, here or at another replica, for as long as it has it.
    const look: Undo = {
      id,
      run: async () => {
        const status = (await this.#parts.state.find(id))?.status;
        if (status !== 'ended') owe(status === 'ending' ? look : undo);
      },
    };
    return undo;
  }

  async #beginSoon(undo: Undo): Promise<void> {
    await Promise.race([this.#begin(undo), wait(UNDO_WAIT_MS, undefined, { ref: false })]);
  }

  async #begin(undo: Undo): Promise<void> {
    this.#owed.delete(undo);
    const run = undo.run().catch((error: unknown) => {
      this.#owed.add(undo);
      this.#parts.watch.failed('undo', error, { session: undo.id });
    });
    await this.#note(undo, run);
  }

  async #note(undo: Undo, run: Promise<void> = Promise.resolve()): Promise<void> {
    const undoing = run.finally(() => this.#underWay.delete(undoing));
    this.#underWay.set(undoing, undo);
    await undoing;
  }
}
