import {
  defineVendor,
  fieldsOf,
  textOf,
  type ErrorCode,
  type Refusal,
  type Vendor,
  type VendorAnswer,
} from '@org/core';

/** The texts by which Anam tells its 429s apart. Any other 429 with a text is a usage limit, if it names no wait. */
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
  read: (answer) => (answer.ok ? { data: answer.body } : { refusal: refusalIn(answer) }),
});

/**
 * Anam documents no error body. Its own SDKs read `error` (a fixed text) and `message` (for a person), and a 500
 * may be plain text.
 */
function refusalIn({ status, body, retryAfterMs }: VendorAnswer): Refusal {
  const { error, message } = fieldsOf(body);
  const text = textOf(error);
  return {
    code: status === 429 && text !== undefined ? codeOfLimit(text, retryAfterMs) : undefined,
    vendorCode: text,
    vendorMessage: textOf(message) ?? text,
  };
}

/** What is over when the wait is over is a rate: minutes and money are not back by then. */
function codeOfLimit(text: string, retryAfterMs: number | undefined): ErrorCode | undefined {
  return LIMITS.get(text) ?? (retryAfterMs === undefined ? 'quota_exhausted' : undefined);
}
