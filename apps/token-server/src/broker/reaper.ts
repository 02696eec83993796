import { ENDS_AT_ONCE, LIST_LAG_MS, REAP_MS } from '../config/constants.ts';
import { VENDOR_NAMES, type VendorName } from '../config/vendor-names.ts';
import { StateUnavailable, type SessionRecord, type State } from '../state/state.ts';
import type { ActiveSessions, Vendor, Vendors } from '../vendors/vendor.ts';
import { ENDED_AT_VENDOR, type Keeper } from './keeper.ts';
import { timed } from './timed.ts';
import type { Watch } from './watch.ts';

export interface ReaperParts {
  readonly state: State;
  readonly vendors: Vendors;
  readonly keeper: Keeper;
  readonly watch: Watch;
  readonly reapUnknown: 'report' | 'stop';
}

/**
 * What one comparison found, for the next: a list that lags, or skips one while it is read page by page, shows for a
 * moment what is not so. What is found twice in a row counts.
 */
interface Compared {
  /** Granted, and in a list at some time, by the vendor's id. */
  readonly seen: ReadonlySet<string>;
  /** Granted, and not in the list although it should be, by our id. */
  readonly missing: ReadonlySet<string>;
  /** In the list, and granted by nobody here, by the vendor's id. */
  readonly strangers: ReadonlySet<string>;
  readonly whole: boolean;
}

const NOTHING: Compared = { seen: new Set(), missing: new Set(), strangers: new Set(), whole: true };

const CUT_OFF = 'the list is not whole, so none is taken for over because it is not in it';

/** Compares what runs at each vendor with what was granted. */
export class Reaper {
  readonly #parts: ReaperParts;
  readonly #compared = new Map<VendorName, Compared>();

  constructor(parts: ReaperParts) {
    this.#parts = parts;
  }

  /** Does it for each vendor that has a list; of all replicas, one does it at a time. */
  async reap(): Promise<void> {
    const { state, vendors, watch } = this.#parts;
    for (const name of VENDOR_NAMES) {
      const vendor = vendors[name];
      if (vendor?.listActive === undefined) continue;
      const before = this.#compared.get(name) ?? NOTHING;
      // Until it is compared: a turn that is another's, or in vain, breaks the row, for many such may follow.
      this.#compared.set(name, { ...before, missing: NOTHING.missing, strangers: NOTHING.strangers });
      // What is granted could not be listed either: this only asks no vendor in vain, and logs no line every minute.
      if (state.health() !== 'ok') {
        watch.unknown(name, undefined, false);
        continue;
      }
      if (!(await state.claimTask(`reap:${name}`, REAP_MS * 0.9))) {
        // Another replica does it, and tells what it finds.
        watch.unknown(name, 0, false);
        continue;
      }
      try {
        const active = await timed(watch, [name, 'list'], vendor.listActive());
        await this.#compare(vendor, before, active, await state.listVendor(name));
      } catch (error) {
        watch.unknown(name, undefined, false);
        watch.failed('reap', error, { vendor: name });
      }
    }
  }

  async #compare(
    vendor: Vendor,
    before: Compared,
    active: ActiveSessions,
    granted: readonly SessionRecord[],
  ): Promise<void> {
    const { state, keeper, watch, reapUnknown } = this.#parts;
    const after = compare(active, granted, before.seen, await state.now());
    this.#compared.set(vendor.name, after);
    if (before.whole && !after.whole) watch.failed('list', new Error(CUT_OFF), { vendor: vendor.name });
    const strangers = twice(before.strangers, after.strangers);
    const stops = reapUnknown === 'stop' && strangers.length > 0;
    watch.unknown(vendor.name, strangers.length, stops);
    const unknown = stops ? strangers : [];
    const missing = new Set(twice(before.missing, after.missing));
    // Last, for it may take long.
    await Promise.all([
      inTurns(
        granted.filter(({ id }) => missing.has(id)),
        ({ id: session, vendorSessionId = '' }) =>
          this.#try({ vendor: vendor.name, session }, async () => {
            // To end it stops it, and a list that is wrong must not cut off whoever is talking.
            if (!(await this.#runs(vendor, vendorSessionId))) await keeper.end(session, ENDED_AT_VENDOR);
          }),
      ),
      inTurns(unknown, (id) =>
        this.#try({ vendor: vendor.name, vendor_session: id }, () => this.#stopUnknown(vendor, id)),
      ),
    ]);
  }

  async #runs(vendor: Vendor, id: string): Promise<boolean> {
    if (vendor.runs === undefined) return false;
    return timed(this.#parts.watch, [vendor.name, 'look up'], vendor.runs(id));
  }

  async #stopUnknown(vendor: Vendor, id: string): Promise<void> {
    if (vendor.stop === undefined) return;
    await timed(this.#parts.watch, [vendor.name, 'stop'], vendor.stop(id, 'unknown'));
  }

  /** Whether the store can be used; one that fails keeps no other from its turn. */
  async #try(about: Readonly<Record<string, string>>, act: () => Promise<unknown>): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (error) {
      this.#parts.watch.failed('reap', error, about);
      return !(error instanceof StateUnavailable);
    }
  }
}

/** Does it to each, many at once, until one says that there is no use in more. */
async function inTurns<Item>(items: readonly Item[], act: (item: Item) => Promise<boolean>): Promise<void> {
  for (let at = 0; at < items.length; at += ENDS_AT_ONCE) {
    const useful = await Promise.all(items.slice(at, at + ENDS_AT_ONCE).map(act));
    if (useful.includes(false)) return;
  }
}

function compare(
  { ids, whole }: ActiveSessions,
  granted: readonly SessionRecord[],
  seenBefore: ReadonlySet<string>,
  now: number,
): Compared {
  const running = new Set(ids);
  const seen = new Set<string>();
  const missing = new Set<string>();
  const strangers = new Set(ids);
  for (const { id, vendorSessionId, startedAt = now, start } of granted) {
    if (vendorSessionId === undefined) continue;
    strangers.delete(vendorSessionId);
    if (running.has(vendorSessionId) || seenBefore.has(vendorSessionId)) seen.add(vendorSessionId);
    const shouldRun = start === true || seen.has(vendorSessionId);
    if (whole && shouldRun && !running.has(vendorSessionId) && now - startedAt > LIST_LAG_MS) missing.add(id);
  }
  return { seen, missing, strangers, whole };
}

function twice(before: ReadonlySet<string>, after: ReadonlySet<string>): readonly string[] {
  return [...after].filter((id) => before.has(id));
}
