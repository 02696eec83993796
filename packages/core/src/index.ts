import { callerOver, type Caller } from './caller.ts';
import type { ClientOptions } from './options.ts';
import { fetchTransport } from './transport/fetch.ts';
import type { Runtime } from './running-call.ts';
import type { Vendor } from './vendor.ts';

export * from './public.ts';

/** Makes the caller that a vendor's client is built on. In this runtime it sends by `fetch`. */
export const createCaller: (vendor: Vendor, options?: ClientOptions, runtime?: Runtime) => Caller =
  callerOver(({ fetch }) => fetchTransport(fetch));
