import { VENDOR_DEADLINE_MS } from '../config/constants.ts';
import type { Account } from '../config/environment.ts';
import type { VendorName } from '../config/vendor-names.ts';
import { askRoute } from '../vendors/vendor-route.ts';

/** What a vendor answered to a question that costs nothing. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Asks a vendor's route that our clients have no use for; `undefined` when there was no answer. */
export async function lookUp(
  vendor: VendorName,
  account: Account,
  path: string,
): Promise<Answer | undefined> {
  try {
    const answer = await askRoute(vendor, account, path, { withinMs: VENDOR_DEADLINE_MS });
    return { status: answer.status, body: jsonIn(await answer.text()) };
  } catch {
    return undefined;
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
