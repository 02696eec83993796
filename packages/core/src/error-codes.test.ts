import { describe, expect, it } from 'vitest';
import { ERROR_MEANINGS } from './error-codes.ts';
import { createError, type ErrorClasses } from './errors.ts';

// The design's table, once more by hand: the code in words, its class, whether a repeat helps.
const TABLE: Readonly<Record<keyof ErrorClasses, readonly [className: string, repeat: string]>> = {
  configuration: ['ConfigurationError', 'no'],
  invalid_request: ['InvalidRequestError', 'no'],
  invalid_key: ['AuthenticationError', 'no'],
  permission_denied: ['PermissionError', 'no'],
  not_found: ['NotFoundError', 'no'],
  conflict: ['ConflictError', 'no'],
  rate_limited: ['RateLimitError', 'yes'],
  concurrency_limit: ['QuotaError', 'no'],
  quota_exhausted: ['QuotaError', 'no'],
  plan_required: ['QuotaError', 'no'],
  vendor_unavailable: ['VendorError', 'yes'],
  vendor_error: ['VendorError', 'by the status'],
  invalid_response: ['InvalidResponseError', 'no'],
  timeout: ['TimeoutError', 'by the operation'],
  connection: ['ConnectionError', 'by the operation'],
  aborted: ['AbortedError', 'no'],
};
const ROWS = Object.entries(TABLE) as [keyof ErrorClasses, readonly [string, string]][];

describe('the vocabulary', () => {
  it('has the codes of the design and no others', () => {
    expect(Object.keys(ERROR_MEANINGS).sort()).toEqual(Object.keys(TABLE).sort());
  });

  it.each(ROWS)('%s has its class and its meaning', (code, [className, repeat]) => {
    const error = createError({ code, message: 'it failed', vendor: 'acme' });
    expect(error.name).toBe(className);
    const { when, hint, repeat: told } = ERROR_MEANINGS[code];
    expect(told).toBe(repeat);
    expect(when).not.toBe('');
    expect(hint).toMatch(/^[A-Z`].+\.$/);
  });
});
