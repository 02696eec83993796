/**
 * What is done to a session that is to be over. To _claim_ it makes it the asker's to end, for a while. To _stop_ it
 * asks its vendor to end it there. To _conclude_ frees its lease, if what came of the stop allows that, or puts it off.
 * To _finish_ it, once claimed, is to stop and to conclude; to _end_ it is to claim and to finish. To _take back_ frees
 * the lease of one whose token nobody has, without proof. What is _undone_ (`undoing.ts`) is stopped and taken back for
 * nobody who waits, however long the state or the vendor is away.
 *
 * @module
 */

import {
  ENDING_CLAIM_MS,
  HEARTBEAT_SECONDS,
  KEEP_ALIVE_EVERY_MS,
  PENDING_MS,
  START_IN_DOUBT_MS,
  STOP_AGAIN_MS,
} from '../config/constants.ts';
import type { VendorName } from '../config/vendor-names.ts';
import type { SessionRecord, State } from '../state/state.ts';
import type { StopWhy, Vendor, Vendors } from '../vendors/vendor.ts';
import type { Stop } from './stopping.ts';
import { timed } from './timed.ts';
import { secondsSince, verdictOn } from './verdict.ts';
import { receiptOf, type Watch } from './watch.ts';

/** What became of a session that was to end. */
export type Ending = 'ended' | 'ending';

export interface KeeperParts {
  readonly state: State;
  readonly vendors: Vendors;
  readonly watch: Watch;
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

  /** Ends a session that was claimed for it. */
  async finish(record: SessionRecord): Promise<Ending> {
    return this.conclude(record, await this.stop(record, record.endReason));
  }

  /** Frees its lease, or puts that off, by what came of its stop. */
  async conclude(record: SessionRecord, stop: Stop): Promise<Ending> {
    const { state } = this.#parts;
    const now = await state.now(record.id);
    const verdict = verdictOn(record, now, {
      stopped: stop !== 'failed' && !this.#mayBegin(record, stop, now),
      proven: this.#isProof(record, stop),
    });
    if ('waitMs' in verdict) {
      await state.postpone(record.id, verdict.waitMs);
      return 'ending';
    }
    await this.#close(record.id, verdict.usedSeconds);
    return 'ended';
  }

  /** Stops it at its vendor. Never rejects. */
  async stop(record: SessionRecord, reason = ''): Promise<Stop> {
    const { watch } = this.#parts;
    const vendor = this.#vendorOf(record);
    const { vendorSessionId } = record;
    if (vendor?.stop === undefined || vendorSessionId === undefined) return 'none_runs';
    try {
      const stop = vendor.stop(vendorSessionId, WHYS[reason] ?? 'asked');
      const stopped = await timed(watch, [vendor.name, 'stop'], stop);
      if (stopped !== 'unended') return stopped;
      // One that was stopped before its start has no end on record either.
      if (record.start !== true || record.startedAt === undefined) return 'none_runs';
      throw new Error('its vendor has not stopped it, and has no end of it on record');
    } catch (error) {
      watch.failed('stop', error, { session: record.id, vendor: record.vendor });
      return 'failed';
    }
  }

  /**
   * Frees the lease of a session whose token nobody has, or that nobody looks after from now on, once it is stopped;
   * that it is over needs no proof.
   */
  async takeBack({ id, startedAt }: SessionRecord, reason: string, isOver: boolean): Promise<void> {
    const { state } = this.#parts;
    await state.claimEnding(id, { reason, claimMs: ENDING_CLAIM_MS });
    if (isOver) await this.#close(id, secondsSince(startedAt, await state.now(id)));
    else {
      const known = { unread: true, ...(startedAt !== undefined && { startedAt }) };
      await state.postpone(id, STOP_AGAIN_MS, known);
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
    timed(watch, [vendor.name, 'keep alive'], vendor.keepAlive(vendorSessionId))
      .catch(async (error: unknown) => {
        watch.failed('keep alive', error, { session: record.id, vendor: record.vendor });
        const current = await state.find(record.id);
        // The next heartbeat asks again, unless one has since.
        if (current?.keptAliveAt === lastSeenAt) await state.change(record.id, { keptAliveAt });
      })
      // Where the state cannot be told, the next that is due asks.
      .catch(() => undefined);
  }

  /** Whether a start of which nobody has heard may still begin it. */
  #mayBegin(record: SessionRecord, stop: Stop, now: number): boolean {
    const { start, startedAt, createdAt, endingAt = createdAt } = record;
    const inDoubt = start === true && startedAt === undefined && this.canStop(record);
    return inDoubt && stop !== 'over' && now < endingAt + START_IN_DOUBT_MS;
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

/** How long the page of a session may be silent once it has spoken. */
export function silenceMs({ heartbeatSeconds = HEARTBEAT_SECONDS }: SessionRecord): number {
  return heartbeatSeconds * 1_000;
}
