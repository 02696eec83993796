import { ConnectionError, TimeoutError, VendorError, type AvatarError } from '@org/core';
import type { Account } from '../config/environment.ts';
import type { VendorName } from '../config/vendor-names.ts';

/** Where each vendor is, and how a key goes along; its client knows too, but only for its own operations. */
const WAYS: Readonly<
  Record<VendorName, { readonly at: string; readonly key: (key: string) => HeadersInit }>
> = {
  simli: { at: 'https://api.simli.ai', key: (key) => ({ 'x-simli-api-key': key }) },
  anam: { at: 'https://api.anam.ai', key: (key) => ({ authorization: `Bearer ${key}` }) },
  liveavatar: { at: 'https://api.liveavatar.com', key: (key) => ({ 'x-api-key': key }) },
};

/**
 * Asks a vendor's route that its client has no operation for. Rejects as a client does when there is no answer in time;
 * what the answer means is its reader's to say.
 */
export async function askRoute(
  vendor: VendorName,
  { apiKey, baseUrl }: Account,
  path: string,
  { method = 'GET', withinMs }: { readonly method?: string; readonly withinMs: number },
): Promise<Response> {
  const { at, key } = WAYS[vendor];
  try {
    return await fetch(`${(baseUrl ?? at).replace(/\/+$/, '')}${path}`, {
      method,
      headers: key(apiKey.reveal()),
      // Elsewhere is nobody who should have the key.
      redirect: 'error',
      signal: AbortSignal.timeout(withinMs),
    });
  } catch (cause) {
    const details = { vendor, message: `${vendor} gave no answer`, cause };
    if (cause instanceof Error && cause.name === 'TimeoutError') {
      throw new TimeoutError({ ...details, code: 'timeout', scope: 'deadline' });
    }
    throw new ConnectionError({ ...details, code: 'connection' });
  }
}

/** What to reject with for an answer that nothing can be done with. */
export function refusalOf(vendor: VendorName, { status }: Response): AvatarError {
  return new VendorError({ code: 'vendor_error', vendor, status, message: `${vendor} answered ${status}` });
}
