import type { Vendor } from '../vendors/vendor.ts';
import type { Watch } from './watch.ts';

/** What a vendor is asked for; `warm` is a token before anybody asks, and `look up` one session's record. */
export type VendorCall = 'mint' | 'warm' | 'start' | 'stop' | 'keep alive' | 'list' | 'look up';

/** Where each call is in a vendor that can be asked for it; a warm token is minted like any other. */
const METHODS: readonly (readonly [VendorCall, keyof Vendor])[] = [
  ['mint', 'mint'],
  ['start', 'start'],
  ['stop', 'stop'],
  ['keep alive', 'keepAlive'],
  ['list', 'listActive'],
  ['look up', 'runs'],
  ['look up', 'confirm'],
];

/** What this vendor can be asked for. */
export function callsOf(vendor: Vendor): ReadonlySet<VendorCall> {
  return new Set(METHODS.flatMap(([call, method]) => (vendor[method] === undefined ? [] : [call])));
}

/** Tells how long a call to a vendor took that has just begun, and whether it went well. */
export async function timed<Answer>(
  watch: Watch,
  [vendor, name]: readonly [vendor: string, name: VendorCall],
  call: Promise<Answer>,
  now: () => number = steady,
): Promise<Answer> {
  const startedAt = now();
  let ok = false;
  try {
    const answer = await call;
    ok = true;
    return answer;
  } finally {
    watch.called(vendor, name, (now() - startedAt) / 1_000, ok);
  }
}

const steady = (): number => performance.now();
