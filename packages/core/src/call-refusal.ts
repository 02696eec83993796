import type { CallEvent } from './hooks.ts';
import { refusalFor, type Refuse } from './options.ts';
import type { Reporter } from './reporter.ts';
import type { Vendor } from './vendor.ts';

/** What the events of a new call name. */
export function eventOf(vendor: Vendor, operation: { readonly id: string }): CallEvent {
  return { vendor: vendor.name, operation: operation.id, requestId: crypto.randomUUID() };
}

/** How a call is refused before it begins. Hooks and log are told of it, as of every call that fails. */
export function refusalOf(
  { vendor, reporter }: { readonly vendor: Vendor; readonly reporter: Reporter },
  event: CallEvent,
): Refuse {
  return (option, rule) => {
    const error = refusalFor(vendor, event)(option, rule);
    reporter.error(event, error);
    return error;
  };
}
