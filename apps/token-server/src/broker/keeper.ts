import {
  ENDING_CLAIM_MS,
  HEARTBEAT_SECONDS,
  KEEP_ALIVE_EVERY_MS,
  PENDING_MS,
  STOP_AGAIN_MS,
} from '../config/constants.ts';
import type { VendorName } from '../config/vendor-names.ts';
import type { SessionRecord, State } from '../state/state.ts';
import type { StopWhy, Vendor } from '../vendors/vendor.ts';
import type { Vendors } from '../vendors/vendors.ts';
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

  /**
   * Takes back a session that could not be granted, for whoever was opening it. Nobody has its token, so that it is
   * over needs no proof. Never rejects: what cannot be undone now is swept up, by this process or another.
   *
   * @param inDoubt whether the vendor may be starting it: then it may say that there is no such session, and a moment
   *   later there is, so that it is stopped once more
   */
  async undo(record: SessionRecord, reason: string, inDoubt = false): Promise<void> {
    const { state, watch } = this.#parts;
    const { id, startedAt } = record;
    // First of all: it is to be stopped even where the state cannot be asked, or knows of it no more.
    const stopped = await this.#stop(record, reason);
    try {
      await state.claimEnding(id, { reason, claimMs: ENDING_CLAIM_MS });
      if (stopped && !inDoubt) await this.#close(id, secondsSince(startedAt, await state.now(id)));
      else await state.postpone(id, STOP_AGAIN_MS);
    } catch (error) {
      watch.failed('undo', error, { session: id });
    }
  }

  /** Ends a session now, whatever it is at. */
  async #endNow(id: string, reason: string): Promise<void> {
    const record = await this.#parts.state.claimEnding(id, { reason, claimMs: ENDING_CLAIM_MS });
    if (record !== undefined) await this.finish(record);
  }

  /** Ends a session that was claimed for it. */
  async finish(record: SessionRecord): Promise<Ending> {
    const { state } = this.#parts;
    const stopped = await this.#stop(record, record.endReason);
    const verdict = verdictOn(record, await state.now(record.id), {
      stopped,
      proven: this.#canProve(record),
    });
    if ('waitMs' in verdict) {
      await state.postpone(record.id, verdict.waitMs);
      return 'ending';
    }
    await this.#close(record.id, verdict.usedSeconds);
    return 'ended';
  }

  /** Stops it at its vendor, if that can be done; whether it went well. */
  async #stop(record: SessionRecord, reason = ''): Promise<boolean> {
    const { watch } = this.#parts;
    const vendor = this.#vendorOf(record);
    if (vendor?.stop === undefined || record.vendorSessionId === undefined) return true;
    try {
      await vendor.stop(record.vendorSessionId, WHYS[reason] ?? 'asked');
      return true;
    } catch (error) {
      watch.failed('stop', error, { session: record.id, vendor: record.vendor });
      return false;
    }
  }

  /** Frees its lease, and writes its receipt. */
  async #close(id: string, usedSeconds: number): Promise<void> {
    const { state, watch } = this.#parts;
    const ended = await state.finishEnding(id, usedSeconds);
    if (ended !== undefined) watch.ended(receiptOf(ended));
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
    vendor.keepAlive(vendorSessionId).catch((error: unknown) => {
      watch.failed('keep alive', error, { session: record.id, vendor: record.vendor });
    });
  }

  /** Ends what nobody will look after once this process is gone; what is not done in time is told. */
  async endOwn(withinMs: number): Promise<void> {
    const { state, watch } = this.#parts;
    const own = (await state.own()).filter((record) => this.canStop(record));
    const ending = Promise.allSettled(own.map(({ id }) => this.#endNow(id, 'shutdown')));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, withinMs, 'late');
    });
    if ((await Promise.race([ending, late])) === 'late') {
      watch.failed('end sessions', new Error('the time was up'), { sessions: String(own.length) });
    }
    clearTimeout(timer);
  }

  /** Whether what can be stopped is the very session that was granted. */
  #canProve(record: SessionRecord): boolean {
    return this.canStop(record) && this.#vendorOf(record)?.confirm === undefined;
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
  /** Whether what was stopped is the very session that was granted. */
  readonly proven: boolean;
}

/** Whether it goes on counting, and for how long, or how much it used. */
function verdictOn(
  { startedAt, expiresAt, reservedSeconds, trustPages }: SessionRecord,
  now: number,
  { stopped, proven }: Known,
): { waitMs: number } | { usedSeconds: number } {
  const granted = startedAt !== undefined;
  const over = now >= expiresAt;
  // It still runs and still counts.
  if (!stopped && !over) return { waitMs: STOP_AGAIN_MS };
  // Nobody can check that it is over: it counts until its own cap has ended it.
  if (granted && !proven && trustPages !== true && !over) return { waitMs: expiresAt - now };
  return { usedSeconds: granted && !proven && over ? reservedSeconds : secondsSince(startedAt, now) };
}

/** How long the page of a session may be silent once it has spoken. */
export function silenceMs({ heartbeatSeconds = HEARTBEAT_SECONDS }: SessionRecord): number {
  return heartbeatSeconds * 1_000;
}

function secondsSince(startedAt: number | undefined, now: number): number {
  return startedAt === undefined ? 0 : Math.max(0, Math.ceil((now - startedAt) / 1_000));
}
