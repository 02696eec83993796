import type { ErrorCode } from './error-codes.ts';
import type { Issue } from './issue.ts';
import type { Header } from './transport/transport.ts';

/** A vendor's dialect: where its API is, how it is shown a key, how its answers are read. */
export interface Vendor {
  /** In errors, hooks and logs, such as `simli`. */
  readonly name: string;
  /** https, without a slash at the end. */
  readonly baseUrl: string;
  /** The environment variable that holds the API key, such as `SIMLI_API_KEY`. */
  readonly apiKeyVariable: string;
  /** The header that carries the API key. */
  readonly apiKeyHeader: (apiKey: string) => Header;
  /** Reads an answer as success or refusal. */
  readonly read: (answer: VendorAnswer) => Reading;
}

/** An answer as the dialect sees it. */
export interface VendorAnswer {
  /** The HTTP status; redirects do not get here. */
  readonly status: number;
  /** Whether the status says success (2xx). */
  readonly ok: boolean;
  /** The parsed JSON, or `undefined` when the body was none. */
  readonly body: unknown;
  /** How long a refusal asks to wait, in milliseconds, where it says so. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * A success with its data, out of any envelope; or a refusal, in the vendor's words. Both where the answer may be either:
 * it is a success if the operation promises something and the data holds it, and else that refusal.
 */
export type Reading =
  { readonly data: unknown; readonly refusal?: Refusal | undefined } | { readonly refusal: Refusal };

/** What a vendor said when it refused. Whatever is absent is read from the HTTP status. */
export interface Refusal {
  /** Set where the vendor's words say more than the status. */
  readonly code?: ErrorCode | undefined;
  readonly vendorCode?: string | undefined;
  readonly vendorMessage?: string | undefined;
  readonly issues?: readonly Issue[] | undefined;
}

/** Declares a vendor. */
export function defineVendor(vendor: Vendor): Vendor {
  return Object.freeze(vendor);
}

/** The code for an HTTP status, where the vendor says nothing more exact. */
export function codeOfStatus(status: number): ErrorCode {
  switch (status) {
    case 400:
    case 422:
      return 'invalid_request';
    case 401:
      return 'invalid_key';
    case 402:
      return 'plan_required';
    case 403:
      return 'permission_denied';
    case 404:
      return 'not_found';
    case 409:
      return 'conflict';
    case 429:
      return 'rate_limited';
    case 502:
    case 503:
    case 504:
      return 'vendor_unavailable';
    default:
      return status < 400 ? 'invalid_response' : 'vendor_error';
  }
}
