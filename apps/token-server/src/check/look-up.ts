import { ANAM_URL, VENDOR_DEADLINE_MS } from '../config/constants.ts';
import type { Account } from '../config/environment.ts';
import type { VendorName } from '../config/vendor-names.ts';

/** What a vendor answered to a question that costs nothing. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const WAYS: Readonly<
  Record<VendorName, { readonly at: string; readonly key: (key: string) => HeadersInit }>
> = {
  simli: { at: 'https://api.simli.ai', key: (key) => ({ 'x-simli-api-key': key }) },
  anam: { at: ANAM_URL, key: (key) => ({ authorization: `Bearer ${key}` }) },
  liveavatar: { at: 'https://api.liveavatar.com', key: (key) => ({ 'x-api-key': key }) },
};

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
    const text = await answer.text();
    return { status: answer.status, body: jsonIn(text) };
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
