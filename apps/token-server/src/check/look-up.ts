import { VENDOR_DEADLINE_MS } from '../config/constants.ts';
import type { Account } from '../config/environment.ts';
import type { VendorName } from '../config/vendor-names.ts';
import { fieldIn } from './fields.ts';

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
  /** Whether it holds what was asked for. */
  readonly found: boolean;
  /** Whether the vendor says that there is no such thing. */
  readonly missing: boolean;
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
    const { status } = answer;
    const body = jsonIn(await answer.text());
    const no = vendor === 'liveavatar' && isNoInside(body);
    return { status, body, found: status === 200 && !no, missing: status === 404 || (status === 200 && no) };
  } catch {
    return undefined;
  }
}

/** LiveAvatar may say no in the envelope of a success: by a code that is none, and without data. */
function isNoInside(body: unknown): boolean {
  const [code, data] = [fieldIn(body, 'code'), fieldIn(body, 'data') ?? undefined];
  return code !== undefined && code !== 100 && code !== 1000 && data === undefined;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
