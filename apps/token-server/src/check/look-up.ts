import { VENDOR_DEADLINE_MS } from '../config/constants.ts';
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

/** What a vendor answered to a question that costs nothing. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Asks a vendor's route that our clients have no use for; `undefined` when there was no answer. */
export async function lookUp(
  vendor: VendorName,
  { apiKey, baseUrl }: Account,
  path: string,
): Promise<Answer | undefined> {
  const { at, key } = WAYS[vendor];
  try {
    const answer = await fetch(`${(baseUrl ?? at).replace(/\/+$/, '')}${path}`, {
      headers: key(apiKey.reveal()),
      // Elsewhere is nobody who should have the key.
      redirect: 'error',
      signal: AbortSignal.timeout(VENDOR_DEADLINE_MS),
    });
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
