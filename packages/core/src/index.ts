import { callerOver, type Caller } from './caller.ts';
import { refusalFor, type ClientOptions } from './options.ts';
import { fetchTransport } from './transport/fetch.ts';
import type { Runtime } from './shared.ts';
import type { Vendor } from './vendor.ts';

export * from './public.ts';

const overFetch = callerOver(({ fetch }) => fetchTransport(fetch));

/** Makes the caller that a vendor's client is built on. In this runtime it sends by `fetch`. */
export function createCaller(vendor: Vendor, options?: ClientOptions, runtime?: Runtime): Caller {
  // Left aside, it would send past the proxy that it was given for.
  if (options?.dispatcher !== undefined) {
    throw refusalFor(vendor)('dispatcher', 'works on Node only; here, give "fetch" instead');
  }
  return overFetch(vendor, options, runtime);
}
