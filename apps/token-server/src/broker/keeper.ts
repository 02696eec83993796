import {
  ENDING_CLAIM_MS,
  HEARTBEAT_SECONDS,
  KEEP_ALIVE_EVERY_MS,
  LAST_STOPS_MS,
  PENDING_MS,
  STOP_AGAIN_MS,
  UNDO_WAIT_MS,
} from '../config/constants.ts';
import { setTimeout as wait } from 'node:timers/promises';
import type { VendorName } from '../config/vendor-names.ts';
import type { SessionRecord, State } from '../state/state.ts';
import type { StopWhy, Vendor } from '../vendors/vendor.ts';
import type { Vendors } from '../vendors/vendors.ts';
import { Stopping, type Stop } from './stopping.ts';
import { timed } from './timed.ts';
import { receiptOf, type Watch } from './watch.ts';

/** What became of a session that was to end. */
export type Ending = 'ended' | 'ending';

export interface KeeperParts {
  readonly state: State;
  readonly vendors: Vendors;
  readonly watch: Watch;
}

/** The taking back of one session. */
interface Undo {
  readonly id: string;
  readonly run: () => Promise<void>;
  /** Where its vendor may have to be asked more than once, whatever the state can note of it. */
  readonly stopping?: Stopping;
}

/** What a vendor is told; every other reason is somebody's wish. */
const WHYS: Readonly<Record<string, StopWhy>> = {
  silent: 'silent',
  never_granted: 'failed',
  start_failed: 'failed',
  shutdown: 'failed',
};

/** The reason of an end that the vendor's own list has told. */
export const ENDED_AT_VENDOR = 'ended_at_vendor';

/** Looks after the sessions that were granted, until each is over and has its receipt. */
export class Keeper {
  readonly #parts: KeeperParts;
  readonly #undoing = new Map<Promise<void>, Undo>();
  /** What is still to be undone because the state could not be asked. */
  readonly #owed = new Set<Undo>();

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** Ends a session for one of those who ask; `undefined` when it is over, or somebody else is at it. */
  async end(id: string, reason: string): Promise<Ending | undefined> {
    const { state } = this.#parts;
    const record = await state.claimEnding(id, { reason, claimMs: ENDING_CLAIM_MS });
    if (record === undefined) return undefined;
    if (record.startedAt !== undefined) return this.finish(record);
    // Whoever opens it sees that it is to end and undoes what was done; and where nobody does any more, the sweep.
    await state.postpone(id, PENDING_MS);
    return 'ending';
  }

  /**
   * Takes back a session that could not be granted, for whoever was opening it. Nobody has its token, so that it is
   * over needs no proof. Never rejects, and never waits long: a vendor that hangs on the stop keeps nobody from asking
   * another one. What cannot be undone for want of the state is undone when that is back, and stopped until then.
   *
   * @param inDoubt whether the vendor may be starting it: then it may say that there is no such session, and a moment
   *   later there is, so that it is stopped once more
   */
  async undo(record: SessionRecord, reason: string, inDoubt = false): Promise<void> {
    const stopping = new Stopping(() => this.#stop(record, reason), inDoubt);
    const run = async (): Promise<void> => {
      // First of all: it is to be stopped even where the state cannot be asked, or knows of it no more.
      await stopping.again();
      await this.#takeBack(record, reason, stopping.isDone);
    };
    await this.#beginSoon({ id: record.id, run, stopping });
  }

  /**
   * Takes back a session that was granted, as {@link undo}; unless nobody has read its token, its lease goes only as
   * that of any other session does.
   *
   * @param isUnread whether nobody has read its token, and nobody will from now on
   */
  async revoke(record: SessionRecord, reason: string, isUnread: () => Promise<boolean>): Promise<void> {
    let unread = false;
    const stopping = new Stopping(() => this.#stop(record, reason));
    const run = async (): Promise<void> => {
      await stopping.again();
      // Once said it stays so, and when asked again nobody would know any more.
      unread ||= await isUnread();
      if (unread) {
        await this.#takeBack(record, reason, stopping.isDone);
        return;
      }
      const claim = { reason, claimMs: ENDING_CLAIM_MS };
      const claimed = await this.#parts.state.claimEnding(record.id, claim);
      if (claimed === undefined) return;
      // Whoever has read its token may have begun it since.
      if (stopping.last === 'none_runs') await this.finish(claimed);
      else await this.#conclude(claimed, stopping.last);
    };
    await this.#beginSoon({ id: record.id, run, stopping });
  }

  /** Ends a session for nobody who waits for it. Never rejects, as {@link undo}. */
  async abandon(id: string, reason: string): Promise<void> {
    const run = async (): Promise<void> => {
      await this.end(id, reason);
    };
    await this.#begin({ id, run });
  }

  /** Stops a session that has ended for us and may run at its vendor, until its cap at most. Never rejects. */
  async stopEnded(record: SessionRecord): Promise<void> {
    const { id, createdAt, expiresAt } = record;
    const giveUpAt = performance.now() + expiresAt - createdAt;
    const stopping = new Stopping(() => this.#stop(record));
    const run = async (): Promise<void> => {
      await stopping.again();
      // No sweep finds it any more.
      if (!stopping.isDone && performance.now() < giveUpAt) this.#owed.add(undo);
    };
    const undo: Undo = { id, run, stopping };
    await this.#begin(undo);
  }

  /** Tries again what is still to be undone, and waits for none of it. */
  undoAgain(): void {
    for (const undo of this.#owed) void this.#begin(undo);
  }

  /** The same while the state is away: then no more than the vendor can be asked. */
  stopAgain(): void {
    for (const undo of this.#owed) void this.#note(undo, undo.stopping?.again());
  }

  /** Resolves once nothing is being undone. */
  async idle(): Promise<void> {
    await Promise.all(this.#undoing.keys());
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
    const undoing = run.finally(() => this.#undoing.delete(undoing));
    this.#undoing.set(undoing, undo);
    await undoing;
  }

  async #takeBack({ id, startedAt }: SessionRecord, reason: string, isOver: boolean): Promise<void> {
    const { state } = this.#parts;
    await state.claimEnding(id, { reason, claimMs: ENDING_CLAIM_MS });
    if (isOver) await this.#close(id, secondsSince(startedAt, await state.now(id)));
    else await state.postpone(id, STOP_AGAIN_MS);
  }

  /** Ends a session that was claimed for it. */
  async finish(record: SessionRecord): Promise<Ending> {
    return this.#conclude(record, await this.#stop(record, record.endReason));
  }

  async #conclude(record: SessionRecord, stop: Stop): Promise<Ending> {
    const { state } = this.#parts;
    const verdict = verdictOn(record, await state.now(record.id), {
      stopped: stop !== 'failed',
      proven: this.#isProof(record, stop),
    });
    if ('waitMs' in verdict) {
      await state.postpone(record.id, verdict.waitMs);
      return 'ending';
    }
    await this.#close(record.id, verdict.usedSeconds);
    return 'ended';
  }

  async #stop(record: SessionRecord, reason = ''): Promise<Stop> {
    const { watch } = this.#parts;
    const vendor = this.#vendorOf(record);
    const { vendorSessionId } = record;
    if (vendor?.stop === undefined || vendorSessionId === undefined) return 'none_runs';
    try {
      const stop = vendor.stop(vendorSessionId, WHYS[reason] ?? 'asked');
      return await timed(watch, [vendor.name, 'stop'], stop);
    } catch (error) {
      watch.failed('stop', error, { session: record.id, vendor: record.vendor });
      return 'failed';
    }
  }

  /** Frees its lease, and writes its receipt. */
  async #close(id: string, usedSeconds: number): Promise<void> {
    await this.#writeReceipt(await this.#parts.state.finishEnding(id, usedSeconds, ENDING_CLAIM_MS));
  }

  /** Writes the receipt of a session that has ended, where nobody knows whether that was done. */
  async makeUpReceipt(id: string): Promise<void> {
    await this.#writeReceipt(await this.#parts.state.claimReceipt(id, ENDING_CLAIM_MS));
  }

  /** Noted only then: a receipt is rather written twice than never. */
  async #writeReceipt(ended: SessionRecord | undefined): Promise<void> {
    const { state, watch } = this.#parts;
    if (ended === undefined) return;
    watch.ended(receiptOf(ended));
    await state.noteReceipt(ended.id);
  }

  /** The page is there: puts off its end, and keeps it alive at the vendor. */
  async beat(record: SessionRecord): Promise<SessionRecord | undefined> {
    const { state } = this.#parts;
    const changed = await state.change(record.id, { stamp: 'lastSeenAt', dueInMs: silenceMs(record) });
    if (changed !== undefined) await this.#keepAlive(changed);
    return changed;
  }

  async #keepAlive(record: SessionRecord): Promise<void> {
    const { state, watch } = this.#parts;
    const vendor = this.#vendorOf(record);
    const { lastSeenAt = 0, keptAliveAt = record.startedAt ?? 0, vendorSessionId } = record;
    if (vendor?.keepAlive === undefined || vendorSessionId === undefined) return;
    if (lastSeenAt - keptAliveAt < KEEP_ALIVE_EVERY_MS) return;
    // Noted first, so that of several heartbeats one asks the vendor.
    await state.change(record.id, { keptAliveAt: lastSeenAt });
    // The page does not wait for the vendor.
    timed(watch, [vendor.name, 'keep alive'], vendor.keepAlive(vendorSessionId)).catch((error: unknown) => {
      watch.failed('keep alive', error, { session: record.id, vendor: record.vendor });
    });
  }

  /**
   * Ends what nobody will look after once this process is gone; what is not done in time is told.
   *
   * @param settled when all that was being opened is open or undone: until then only the others are ended
   */
  async endOwn(withinMs: number, settled: Promise<void> = Promise.resolve()): Promise<void> {
    const { watch } = this.#parts;
    const endsAt = performance.now() + withinMs;
    const [tried, stopped, undos] = [new Set<string>(), new Set<string>(), new Set<Undo>()];
    const endEach = async (records: readonly SessionRecord[]): Promise<void> => {
      const until = Math.min(endsAt, performance.now() + LAST_STOPS_MS);
      const untried = records.filter(({ id }) => !tried.has(id));
      const ends = untried.map(async (record) => {
        tried.add(record.id);
        await this.#endForGood(record, until);
        stopped.add(record.id);
      });
      await Promise.allSettled(ends);
    };
    const endAll = async (): Promise<void> => {
      const own = await this.#ownToStop();
      const first = [
        endEach(own.filter((record) => !this.#isUnderWay(record))),
        this.#undoForGood(endsAt, undos),
      ];
      await settled;
      await Promise.all([...first, endEach(await this.#ownToStop()), this.#undoForGood(endsAt, undos)]);
    };
    const giveUp = new AbortController();
    const late = wait(withinMs, undefined, { signal: giveUp.signal }).catch(() => undefined);
    await Promise.race([endAll(), late]);
    giveUp.abort();
    const own = (await this.#ownToStop()).filter(({ id }) => !stopped.has(id));
    const left = new Set([...own, ...this.#unstopped()].map(({ id }) => id));
    if (left.size === 0) return;
    watch.failed('end sessions', new Error('their vendor has not stopped them'), {
      sessions: String(left.size),
    });
  }

  /** Stops what is owed until it is stopped, and tells the state, if that can be told. */
  async #undoForGood(endsAt: number, tried: Set<Undo>): Promise<void> {
    const undos = [...this.#owed].filter((undo) => !tried.has(undo));
    const undone = undos.map(async (undo) => {
      tried.add(undo);
      await undo.stopping?.forGood(Math.min(msUntil(endsAt), LAST_STOPS_MS));
      await this.#begin(undo);
    });
    await Promise.all(undone);
  }

  /** What is not stopped, and of which the state may not tell another replica. */
  #unstopped(): readonly Undo[] {
    const hidden = this.#parts.state.health() === 'ok' ? [] : this.#undoing.values();
    return [...this.#owed, ...hidden].filter(({ stopping }) => stopping?.isDone === false);
  }

  async #ownToStop(): Promise<readonly SessionRecord[]> {
    return (await this.#parts.state.own()).filter((record) => this.canStop(record));
  }

  /** Whether it is being opened or undone: whoever does that sees it to its end. */
  #isUnderWay({ id, status }: SessionRecord): boolean {
    return status === 'pending' || [...this.#undoing.values()].some((undo) => undo.id === id);
  }

  /** Stops a session until it is stopped. Only this process knows it, so nobody's claim is in the way. */
  async #endForGood({ id }: SessionRecord, until: number): Promise<void> {
    const { state } = this.#parts;
    const claimed = await state.claimEnding(id, { reason: 'shutdown', claimMs: ENDING_CLAIM_MS });
    const record = claimed ?? (await state.find(id));
    if (record === undefined || record.status === 'ended') return;
    // It was in doubt and may have begun only after its first stop: the second one comes when it was to come.
    const dueInMs = claimed === undefined ? record.dueAt - (await state.now(id)) : 0;
    if (dueInMs > 0 && dueInMs <= STOP_AGAIN_MS) await wait(Math.min(dueInMs, msUntil(until) / 2));
    const stopping = new Stopping(() => this.#stop(record, record.endReason));
    await stopping.forGood(msUntil(until));
    if (!stopping.isDone) throw new Error('the vendor has not stopped it');
    await this.#conclude(record, stopping.last);
  }

  /** Whether its lease may go: what was stopped is the very session that was granted, and its token begins none. */
  #isProof(record: SessionRecord, stop: Stop): boolean {
    if (!this.canStop(record) || this.#vendorOf(record)?.confirm !== undefined) return false;
    const hasBegun = record.start === true || record.endReason === ENDED_AT_VENDOR;
    return stop === 'over' || (stop === 'none_runs' && hasBegun);
  }

  /** Whether it can be stopped at its vendor. */
  canStop(record: SessionRecord): boolean {
    return this.#vendorOf(record)?.stop !== undefined && record.vendorSessionId !== undefined;
  }

  #vendorOf({ vendor }: SessionRecord): Vendor | undefined {
    return this.#parts.vendors[vendor as VendorName];
  }
}

/** What is known of a session that was to be stopped. */
interface Known {
  readonly stopped: boolean;
  /** Whether the session that was granted is over. */
  readonly proven: boolean;
}

/** Whether it goes on counting, and for how long, or how much it used. */
function verdictOn(
  { startedAt, expiresAt, trustPages }: SessionRecord,
  now: number,
  { stopped, proven }: Known,
): { waitMs: number } | { usedSeconds: number } {
  const granted = startedAt !== undefined;
  const over = now >= expiresAt;
  // It still runs and still counts.
  if (!stopped && !over) return { waitMs: STOP_AGAIN_MS };
  // Nobody can check that it is over: it counts until its own cap has ended it.
  if (granted && !proven && trustPages !== true && !over) return { waitMs: expiresAt - now };
  return { usedSeconds: secondsSince(startedAt, now) };
}

function msUntil(then: number): number {
  return Math.max(0, then - performance.now());
}

/** How long the page of a session may be silent once it has spoken. */
export function silenceMs({ heartbeatSeconds = HEARTBEAT_SECONDS }: SessionRecord): number {
  return heartbeatSeconds * 1_000;
}

function secondsSince(startedAt: number | undefined, now: number): number {
  return startedAt === undefined ? 0 : Math.max(0, Math.ceil((now - startedAt) / 1_000));
}
