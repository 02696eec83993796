import { defineVendor, fieldsOf, textOf, type ErrorCode, type Refusal, type Vendor } from '@org/core';

/** The texts by which Anam tells its 429s apart. Any other 429 with a text is a usage limit. */
const LIMITS: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ['Concurrent session limit reached', 'concurrency_limit'],
  ['Spend cap reached', 'quota_exhausted'],
]);

/** How Anam is spoken to. */
export const anam: Vendor = defineVendor({
  name: 'anam',
  baseUrl: 'https://api.anam.ai',
  apiKeyVariable: 'ANAM_API_KEY',
  apiKeyHeader: (apiKey) => ['authorization', `Bearer ${apiKey}`],
  read: ({ status, ok, body }) => (ok ? { data: body } : { refusal: refusalIn(status, body) }),
});

/**
 * Anam documents no error body. Its own SDKs read `error` (a fixed text) and `message` (for a person), and a 500
 * may be plain text.
 */
function refusalIn(status: number, body: unknown): Refusal {
  const { error, message } = fieldsOf(body);
  const text = textOf(error);
  return {
    code: status === 429 && text !== undefined ? (LIMITS.get(text) ?? 'quota_exhausted') : undefined,
    vendorCode: text,
    vendorMessage: textOf(message) ?? text,
  };
}
