import { callerOver, type Caller } from './caller.ts';
import { diagnostics } from './diagnostics.node.ts';
import type { ClientOptions } from './options.ts';
import { fetchTransport } from './transport/fetch.ts';
import { undiciTransport } from './transport/undici.ts';
import type { Runtime } from './shared.ts';
import type { Vendor } from './vendor.ts';

export * from './public.ts';

/** Makes the caller that a vendor's client is built on. On Node it sends by undici, unless `fetch` is given. */
export const createCaller: (vendor: Vendor, options?: ClientOptions, runtime?: Runtime) => Caller =
  callerOver(
    ({ fetch, origin, dispatcher }) =>
      fetch === undefined ? undiciTransport(origin, dispatcher) : fetchTransport(fetch),
    diagnostics,
  );
