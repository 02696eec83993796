import { ENDING_CLAIM_MS, REPORT_AGAIN_MS } from '../config/constants.ts';
import type { VendorName } from '../config/vendor-names.ts';
import type { SessionRecord, State } from '../state/state.ts';
import type { Vendor, Vendors } from '../vendors/vendor.ts';
import type { Keeper } from './keeper.ts';
import { timed } from './timed.ts';
import type { Undoing } from './undoing.ts';
import type { Watch } from './watch.ts';

interface ReportParts {
  readonly state: State;
  readonly vendors: Vendors;
  readonly keeper: Keeper;
  readonly undoing: Undoing;
  readonly watch: Watch;
}

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * What a page says its session is called at the vendor, where the vendor does not say it when a token is minted. It is
 * believed once the vendor's own record has such a session and no other lease has named it first; and still it is the
 * page's word that it is this lease's session, so it serves to stop that session and frees nothing.
 */
export class Reports {
  readonly #parts: ReportParts;
  readonly #lookUps = new Set<Promise<void>>();

  constructor(parts: ReportParts) {
    this.#parts = parts;
  }

  /** Looks into it, with nobody waiting. */
  take(record: SessionRecord, reported: string): void {
    const vendor = this.#parts.vendors[record.vendor as VendorName];
    if (vendor?.confirm === undefined || record.vendorSessionId !== undefined || !ID.test(reported)) return;
    const lookUp = this.#lookInto(vendor, record, reported.toLowerCase())
      .catch((error: unknown) => {
        this.#parts.watch.failed('confirm', error, { session: record.id, vendor: record.vendor });
      })
      .finally(() => this.#lookUps.delete(lookUp));
    this.#lookUps.add(lookUp);
  }

  /** Resolves once nothing is being looked into. */
  async idle(): Promise<void> {
    await Promise.all(this.#lookUps);
  }

  async #lookInto(vendor: Vendor, record: SessionRecord, reported: string): Promise<void> {
    const { id, expiresAt } = record;
    const { state, keeper, undoing, watch } = this.#parts;
    // A page that reports what is not so must not have the vendor asked with every heartbeat.
    if (!(await state.claimTask(`confirm:${id}`, REPORT_AGAIN_MS))) return;
    if (vendor.confirm === undefined) return;
    if (!(await timed(watch, [vendor.name, 'look up'], vendor.confirm(reported)))) return;
    const leaseMs = Math.max(1, Math.ceil(expiresAt - (await state.now(id))));
    // By its own id, so that the next heartbeat may go on where the answer is lost, or the id cannot be written down.
    if (!(await state.claimTask(`session:${vendor.name}:${reported}`, leaseMs, id))) return;
    const named = await state.nameAtVendor(id, reported, ENDING_CLAIM_MS);
    // Its page has left meanwhile, and whoever ended it did not know yet what to stop.
    if (named === undefined) await undoing.stopEnded({ ...record, vendorSessionId: reported });
    else if (named.status === 'ending') await keeper.finish(named);
  }
}
