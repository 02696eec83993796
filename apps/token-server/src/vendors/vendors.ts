import { isAvatarError, type Hooks } from '@org/core';
import { ConfigError } from '../config/config-error.ts';
import type { Account, Accounts } from '../config/environment.ts';
import type { PresetRules } from '../config/preset-rules.ts';
import { baseUrlVariable, keyVariable, VENDOR_NAMES, type VendorName } from '../config/vendor-names.ts';
import { AnamVendor, anamRules } from './anam.ts';
import { LiveAvatarVendor, liveAvatarRules } from './liveavatar.ts';
import { SimliVendor, simliRules } from './simli.ts';
import type { Vendor, Vendors } from './vendor.ts';

/** How the presets of each vendor are checked. */
export const presetRules: Readonly<Record<VendorName, PresetRules>> = {
  simli: simliRules,
  anam: anamRules,
  liveavatar: liveAvatarRules,
};

const openings: Readonly<Record<VendorName, (account: Account, hooks?: Hooks) => Vendor>> = {
  simli: (account, hooks) => new SimliVendor(account, hooks),
  anam: (account, hooks) => new AnamVendor(account, hooks),
  liveavatar: (account, hooks) => new LiveAvatarVendor(account, hooks),
};

/** Opens each vendor that there is an account for. Throws a {@link ConfigError} that names every bad variable. */
export function openVendors(accounts: Accounts, hooks?: Hooks): Vendors {
  const vendors: Partial<Record<VendorName, Vendor>> = {};
  const problems: string[] = [];
  for (const name of VENDOR_NAMES) {
    const account = accounts[name];
    if (account === undefined) continue;
    try {
      vendors[name] = openings[name](account, hooks);
    } catch (error) {
      problems.push(...problemsIn(name, error));
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return vendors;
}

/** A client says which of its options is wrong; the person who starts the server set a variable. */
function problemsIn(vendor: VendorName, error: unknown): string[] {
  if (!isAvatarError(error, 'configuration') || error.issues === undefined) throw error;
  return error.issues.map(({ path, message }) => {
    const variable = path === 'baseUrl' ? baseUrlVariable(vendor) : keyVariable(vendor);
    return `${variable} ${message}.`;
  });
}
