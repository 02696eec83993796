import {
  ENDING_CLAIM_MS,
  HEARTBEAT_SECONDS,
  KEEP_ALIVE_EVERY_MS,
  LIST_LAG_MS,
  REAP_MS,
  STOP_AGAIN_MS,
  SWEEP_BATCH,
} from '../config/constants.ts';
import type { Preset } from '../config/presets.ts';
import { VENDOR_NAMES, type VendorName } from '../config/vendor-names.ts';
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
  readonly presetOf: (name: string) => Preset | undefined;
  readonly reapUnknown: 'report' | 'stop';
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
  /** Seen in a vendor's list: one that is missing there later is over. */
  readonly #seenActive = new Set<string>();
  #strangers = new Map<VendorName, ReadonlySet<string>>();

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** Ends a session for one of those who ask; `undefined` when it is over, or somebody else is at it. */
  async end(id: string, reason: string, onlyIfDue = false): Promise<Ending | undefined> {
    const { state } = this.#parts;
    const record = await state.claimEnding(id, { reason, claimMs: ENDING_CLAIM_MS, onlyIfDue });
    return record === undefined ? undefined : this.#finish(record);
  }

  async #finish(record: SessionRecord): Promise<Ending> {
    const { state, watch, presetOf } = this.#parts;
    const vendor = this.#vendorOf(record);
    const now = await state.now();
    const over = now >= record.expiresAt;
    const granted = record.startedAt !== undefined;
    if (vendor?.stop !== undefined && record.vendorSessionId !== undefined) {
      try {
        await vendor.stop(record.vendorSessionId, WHYS[record.endReason ?? ''] ?? 'asked');
      } catch (error) {
        watch.failed('stop', error, { session: record.id, vendor: record.vendor });
        if (!over) {
          // It still runs and still counts.
          await state.postpone(record.id, STOP_AGAIN_MS);
          return 'ending';
        }
      }
    }
    if (granted && !over && !this.#canProve(record) && presetOf(record.preset)?.trustPages !== true) {
      // Nobody can check that it is over: it counts until its own cap has ended it.
      await state.postpone(record.id, record.expiresAt - now);
      return 'ending';
    }
    const unchecked = granted && over && !this.#canProve(record);
    const used = unchecked ? record.reservedSeconds : secondsSince(record.startedAt, now);
    const ended = await state.finishEnding(record.id, used);
    if (ended !== undefined) {
      watch.ended(receiptOf(ended));
      if (ended.vendorSessionId !== undefined) this.#seenActive.delete(ended.vendorSessionId);
    }
    return 'ended';
  }

  /** The page is there: puts off its end, and keeps it alive at the vendor. */
  async beat(record: SessionRecord): Promise<SessionRecord | undefined> {
    const { state, presetOf } = this.#parts;
    const silence = presetOf(record.preset)?.heartbeatSeconds ?? HEARTBEAT_SECONDS;
    const changed = await state.change(record.id, { seen: true, dueInMs: silence * 1_000 });
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

  /** Ends what is due: what was never granted, is silent, or has used up its time. */
  async sweep(): Promise<void> {
    const { state, watch } = this.#parts;
    const ids = await state.due(SWEEP_BATCH);
    await Promise.all(
      ids.map(async (id) => {
        try {
          const record = await state.find(id);
          if (record === undefined) return;
          await this.end(id, await this.#whyDue(record), true);
        } catch (error) {
          watch.failed('sweep', error, { session: id });
        }
      }),
    );
  }

  async #whyDue({ status, expiresAt }: SessionRecord): Promise<string> {
    if (status === 'pending') return 'never_granted';
    return (await this.#parts.state.now()) >= expiresAt ? 'time_used_up' : 'silent';
  }

  /** Compares what runs at each vendor with what was granted. Of all replicas, one does it at a time. */
  async reap(everyMs: number = REAP_MS): Promise<void> {
    const { state, vendors, watch } = this.#parts;
    // With part of what is granted out of sight, everything would look unknown.
    if (state.health() !== 'ok') return;
    for (const name of VENDOR_NAMES) {
      const vendor = vendors[name];
      if (vendor?.listActive === undefined) continue;
      if (!(await state.claimTask(`reap:${name}`, everyMs * 0.9))) continue;
      try {
        await this.#compare(vendor, await vendor.listActive(), await state.listVendor(name));
      } catch (error) {
        watch.failed('reap', error, { vendor: name });
      }
    }
  }

  async #compare(
    vendor: Vendor,
    active: readonly string[],
    granted: readonly SessionRecord[],
  ): Promise<void> {
    const { state, watch, presetOf, reapUnknown } = this.#parts;
    const running = new Set(active);
    const now = await state.now();
    for (const { id, vendorSessionId, startedAt, preset } of granted) {
      if (vendorSessionId === undefined || startedAt === undefined) continue;
      if (running.has(vendorSessionId)) this.#seenActive.add(vendorSessionId);
      else if (this.#seenActive.has(vendorSessionId) || presetOf(preset)?.start === true) {
        if (now - startedAt > LIST_LAG_MS) await this.end(id, 'ended_at_vendor');
      }
    }
    const known = new Set(granted.map(({ vendorSessionId }) => vendorSessionId));
    const strangers = active.filter((id) => !known.has(id));
    // Twice in a row: a list that lags shows for a moment what has just been ended.
    const before = this.#strangers.get(vendor.name);
    const certain = strangers.filter((id) => before?.has(id) === true);
    this.#strangers.set(vendor.name, new Set(strangers));
    const stops = reapUnknown === 'stop' && certain.length > 0;
    watch.unknown(vendor.name, certain.length, stops);
    if (stops) await Promise.all(certain.map(async (id) => vendor.stop?.(id, 'unknown')));
  }

  /** Ends what nobody will look after once this process is gone; what is not done in time is told. */
  async endOwn(withinMs: number): Promise<void> {
    const { state, watch } = this.#parts;
    const own = (await state.own()).filter((record) => this.canStop(record));
    const ending = Promise.allSettled(own.map(({ id }) => this.end(id, 'shutdown')));
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

function secondsSince(startedAt: number | undefined, now: number): number {
  return startedAt === undefined ? 0 : Math.max(0, Math.ceil((now - startedAt) / 1_000));
}
