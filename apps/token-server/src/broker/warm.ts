import {
  LONGEST_TOKEN_LIFE_MS,
  REDEEM_SECONDS,
  WARM_AGAIN_MS,
  WARM_AT_ONCE,
  WARM_DEADLINE_MS,
  WARM_MARGIN_MS,
} from '../config/constants.ts';
import type { Preset } from '../config/presets.ts';
import type { VendorName } from '../config/vendor-names.ts';
import { waitAskedFor } from '../vendors/failures.ts';
import type { Minted, Vendor, Vendors } from '../vendors/vendor.ts';
import type { Line } from './line.ts';
import type { Watch } from './watch.ts';

interface Kept {
  readonly minted: Minted;
  /** Until when a page that gets it still has time to use it, by the clock on the wall and by the steady one. */
  readonly until: { readonly wall: number; readonly steady: number };
}

/** The tokens of one preset, for as long as it asks the same of its vendor. */
interface Shelf {
  preset: Preset;
  /** What the tokens were minted with. */
  readonly asks: string;
  readonly ready: Kept[];
  underWay: number;
}

/** How much is asked of one vendor, whatever the preset. */
interface Pace {
  underWay: number;
  /** After a failure, not before. */
  notBefore: number;
}

interface WarmParts {
  readonly vendors: Vendors;
  readonly lineTo: (vendor: Vendor) => Line;
  readonly watch: Watch;
}

/**
 * Tokens that are minted before anybody asks, so that a grant takes no round trip to the vendor. Each is handed out
 * once: it is taken off the shelf, nothing awaits in between, and nothing is ever put back.
 */
export class WarmTokens {
  readonly #parts: WarmParts;
  readonly #paces = new Map<VendorName, Pace>();
  #shelves = new Map<string, Shelf>();
  #closed = false;

  constructor(parts: WarmParts) {
    this.#parts = parts;
  }

  /** Keeps tokens for these presets, and throws away those of presets that ask for something else now. */
  use(presets: readonly Preset[]): void {
    const before = this.#shelves;
    this.#shelves = new Map();
    for (const preset of presets) {
      if ((preset.warm ?? 0) === 0) continue;
      const asks = asksOf(preset);
      const old = before.get(preset.name);
      const shelf = old?.asks === asks ? old : { preset, asks, ready: [], underWay: 0 };
      shelf.preset = preset;
      this.#shelves.set(preset.name, shelf);
    }
  }

  /** A token for exactly what the preset asks for. */
  take(preset: Preset): Minted | undefined {
    const shelf = this.#shelves.get(preset.name);
    // A grant that was begun before the file changed is for what the preset was then.
    if (shelf === undefined || (shelf.preset !== preset && shelf.asks !== asksOf(preset))) return undefined;
    try {
      for (;;) {
        const kept = shelf.ready.shift();
        if (kept === undefined || isFresh(kept)) return kept?.minted;
      }
    } finally {
      this.fill();
    }
  }

  /** Begins to mint what is missing, few at once, so that the vendor's limits are left to callers who wait. */
  fill(): void {
    if (this.#closed) return;
    for (const shelf of this.#shelves.values()) {
      const { preset, ready } = shelf;
      const vendor = this.#parts.vendors[preset.vendor];
      if (vendor === undefined) continue;
      while (ready[0] !== undefined && !isFresh(ready[0])) ready.shift();
      const pace = this.#paceOf(preset.vendor);
      while (
        ready.length + shelf.underWay < (preset.warm ?? 0) &&
        pace.underWay < WARM_AT_ONCE &&
        performance.now() >= pace.notBefore
      ) {
        void this.#mint(shelf, vendor, pace);
      }
    }
  }

  close(): void {
    this.#closed = true;
    this.#shelves.clear();
  }

  async #mint(shelf: Shelf, vendor: Vendor, pace: Pace): Promise<void> {
    const { lineTo, watch } = this.#parts;
    const { preset } = shelf;
    shelf.underWay++;
    pace.underWay++;
    try {
      const within = { deadlineMs: WARM_DEADLINE_MS };
      const kept = keptFrom(await lineTo(vendor).run('warm', () => vendor.mint(preset, within)));
      // Such a token would be thrown away and minted again, and so on.
      if (!isFresh(kept)) throw new Error('the vendor mints tokens that live too short to be kept');
      shelf.ready.push(kept);
    } catch (error) {
      pace.notBefore = performance.now() + Math.max(waitAskedFor(error) ?? 0, WARM_AGAIN_MS);
      watch.failed('warm', error, { preset: preset.name, vendor: vendor.name });
    } finally {
      shelf.underWay--;
      pace.underWay--;
    }
    this.fill();
  }

  #paceOf(vendor: VendorName): Pace {
    const pace = this.#paces.get(vendor) ?? { underWay: 0, notBefore: 0 };
    this.#paces.set(vendor, pace);
    return pace;
  }
}

function asksOf({ vendor, request }: Preset): string {
  return JSON.stringify([vendor, request]);
}

/** A token, and for how long it may be kept: no time at all where its vendor names no end to rely on. */
function keptFrom(minted: Minted): Kept {
  const now = Date.now();
  const expiresAt = minted.expiresAt?.getTime() ?? now;
  const unusedMs = REDEEM_SECONDS * 1_000 + WARM_MARGIN_MS;
  const livesMs = Math.min(expiresAt - now, LONGEST_TOKEN_LIFE_MS);
  return {
    minted,
    until: { wall: expiresAt - unusedMs, steady: performance.now() + livesMs - unusedMs },
  };
}

/** By whichever clock is ahead: the one on the wall may be set back, and the steady one stops while a machine sleeps. */
function isFresh({ until }: Kept): boolean {
  return Date.now() < until.wall && performance.now() < until.steady;
}
