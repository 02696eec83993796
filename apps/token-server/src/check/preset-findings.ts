import { isAvatarError, type AvatarError } from '@org/core';
import type { TokenServerConfig } from '../config/config.ts';
import { VENDOR_DEADLINE_MS } from '../config/constants.ts';
import type { Account } from '../config/environment.ts';
import type { Preset } from '../config/presets.ts';
import { keyVariable, VENDOR_NAMES, type VendorName } from '../config/vendor-names.ts';
import type { Vendor } from '../vendors/vendor.ts';
import { openVendors } from '../vendors/vendors.ts';
import type { Finding } from './finding.ts';
import { requestFindings } from './request-findings.ts';
import { accountFindings, idFindings } from './vendor-findings.ts';

/**
 * Tries each preset against its vendor, and tells what it finds as it goes. It mints tokens, which bills nothing, and
 * starts no session.
 */
export async function* presetFindings({
  accounts,
  presets,
  killSwitch = new Set(),
}: Pick<TokenServerConfig, 'accounts' | 'presets' | 'killSwitch'>): AsyncGenerator<Finding> {
  const vendors = openVendors(accounts);
  for (const name of VENDOR_NAMES) {
    const [account, vendor] = [accounts[name], vendors[name]];
    const own = presets.filter((preset) => preset.vendor === name);
    if (account === undefined || vendor === undefined || own.length === 0) continue;
    if (killSwitch.has('all') || killSwitch.has(name)) {
      yield { level: 'note', where: 'killSwitch', message: `keeps every caller from ${name}` };
    }
    try {
      yield* checkVendor(vendor, account, own);
    } finally {
      await vendor.close();
    }
  }
}

async function* checkVendor(
  vendor: Vendor,
  account: Account,
  presets: readonly Preset[],
): AsyncGenerator<Finding> {
  let asked = false;
  for (const preset of presets) {
    yield* requestFindings(preset);
    const error = await triedToMint(vendor, preset);
    if (error?.code === 'invalid_key') {
      // Every other answer would be the same.
      yield { level: 'wrong', where: keyVariable(vendor.name), message: refusedKey(vendor.name, error) };
      return;
    }
    yield foundIn(preset, error);
    if (error !== undefined && isUnanswered(error)) continue;
    yield* await idFindings(preset, account);
    if (asked) continue;
    asked = true;
    yield* await accountFindings(vendor.name, account, presets);
  }
}

/** What keeps a preset from being minted; `undefined` when nothing does. */
async function triedToMint(vendor: Vendor, preset: Preset): Promise<AvatarError | undefined> {
  try {
    const { vendorSessionId } = await vendor.mint(preset, { deadlineMs: VENDOR_DEADLINE_MS });
    // Nobody will use it. That it cannot be ended before it has begun is no finding.
    if (vendorSessionId !== undefined) await vendor.stop?.(vendorSessionId, 'failed').catch(() => undefined);
    return undefined;
  } catch (error) {
    if (isAvatarError(error)) return error;
    throw error;
  }
}

function isUnanswered({ code }: AvatarError): boolean {
  return UNANSWERED.has(code);
}

// Anam answers 500 to what a caller did wrong as well, so that one may be the preset's fault.
const UNANSWERED: ReadonlySet<string> = new Set([
  ...['connection', 'timeout', 'aborted', 'vendor_unavailable', 'vendor_error', 'invalid_response'],
  ...['rate_limited', 'concurrency_limit', 'conflict'],
]);

const MENDING: Readonly<Record<string, string>> = {
  connection: 'the vendor cannot be reached: look at the network and the base URL',
  timeout: 'the vendor did not answer in time: try again',
  permission_denied: 'the account may not do this: look at the key’s permissions',
  plan_required: 'the account’s plan does not allow this: choose another plan, or preset',
  quota_exhausted: 'the account’s credit or minutes are used up: buy some, or wait',
  concurrency_limit: 'all of the plan’s sessions are taken: try again when one has ended',
  rate_limited: 'the vendor is asked too often: try again later',
  invalid_request: 'the vendor refuses this request: correct the field that it names',
  not_found: 'the vendor does not have what this request names: look the ids up',
};

function foundIn({ name, caps }: Preset, error: AvatarError | undefined): Finding {
  const where = `presets.${name}`;
  if (error === undefined) {
    return {
      level: 'good',
      where,
      message: `the vendor grants it, for ${caps.maxSessionSeconds} seconds at most`,
    };
  }
  const level = isUnanswered(error) ? 'unanswered' : 'wrong';
  const mending = MENDING[error.code] ?? 'the vendor failed: try again, and see its status page';
  return { level, where, message: `${mending} (${wordsOf(error)})` };
}

function refusedKey(vendor: VendorName, error: AvatarError): string {
  return `is refused by ${vendor}: copy the key from its dashboard again, alone and whole (${wordsOf(error)})`;
}

function wordsOf({ code, status, vendorMessage, issues = [] }: AvatarError): string {
  const said = issues.map(({ path, message }) => `${path} ${message}`);
  return [code, status, vendorMessage, ...said].filter((part) => part !== undefined).join(', ');
}
