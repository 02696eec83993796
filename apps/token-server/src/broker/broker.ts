import type { Preset } from '../config/presets.ts';
import type { Vendor } from '../vendors/vendor.ts';
import type { Vendors } from '../vendors/vendors.ts';
import type { Grant, PublicPreset } from './grant.ts';

/** A preset with the vendor that serves it. */
interface Offer {
  readonly preset: Preset;
  readonly vendor: Vendor;
}

/** Decides who may have which session. On this floor: everybody, any preset that there is. */
export class Broker {
  readonly #offers: ReadonlyMap<string, Offer>;

  constructor(presets: readonly Preset[], vendors: Vendors) {
    this.#offers = new Map(
      presets.map((preset) => {
        const vendor = vendors[preset.vendor];
        if (vendor === undefined)
          throw new Error(`preset ${preset.name} names ${preset.vendor}, which is not open`);
        return [preset.name, { preset, vendor }];
      }),
    );
  }

  /** The presets, as callers may see them. */
  presets(): readonly PublicPreset[] {
    return [...this.#offers.values()].map(({ preset: { name, vendor, description, caps } }) => ({
      name,
      vendor,
      ...(description !== undefined && { description }),
      limits: caps,
    }));
  }

  /** The preset of a name, if there is one. */
  find(name: string): Offer | undefined {
    return this.#offers.get(name);
  }

  /** Mints one session. Rejects with the vendor's error. */
  async grant({ preset, vendor }: Offer, signal: AbortSignal): Promise<Grant> {
    const minted = await vendor.mint(preset, signal);
    return {
      id: crypto.randomUUID(),
      vendor: vendor.name,
      preset: preset.name,
      ...minted,
      limits: preset.caps,
      capabilities: vendor.capabilities,
    };
  }
}
