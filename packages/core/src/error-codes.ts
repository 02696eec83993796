/**
 * The shared vocabulary: what can go wrong, whatever the vendor. The tables in the READMEs are made from this file.
 *
 * @module
 */

/** What happened, in one word that is the same for every vendor. */
export type ErrorCode =
  | 'configuration'
  | 'invalid_request'
  | 'invalid_key'
  | 'permission_denied'
  | 'not_found'
  | 'conflict'
  | 'rate_limited'
  | 'concurrency_limit'
  | 'quota_exhausted'
  | 'plan_required'
  | 'vendor_unavailable'
  | 'vendor_error'
  | 'invalid_response'
  | 'timeout'
  | 'connection'
  | 'aborted';

/** What an error code means, and what its reader should do. */
export interface ErrorMeaning {
  /** When it is thrown. */
  readonly when: string;
  /** Whether the same call, repeated, may succeed. */
  readonly repeat: 'yes' | 'no' | 'by the status' | 'by the operation';
  /** One plain sentence: what to do. */
  readonly hint: string;
}

/** What to do about each code: the part of its meaning that an error carries. */
export const HINTS: Readonly<Record<ErrorCode, string>> = {
  configuration: 'Correct the option that the message names.',
  invalid_request: 'Correct the request; `issues` lists the fields, where they are known.',
  invalid_key: 'Check that the key is this vendor’s, is whole, and has not been revoked.',
  permission_denied: 'Ask for the permission, or use a key that has it.',
  not_found: 'Check the id, and that it belongs to the account of this key.',
  conflict: 'Read the resource again: it is not in the state that this call needs.',
  rate_limited: 'Call less often, or wait for `retryAfterMs`.',
  concurrency_limit: 'End a running session, or wait until one ends; waiting milliseconds does not help.',
  quota_exhausted: 'Add credit or raise the cap at the vendor.',
  plan_required: 'Upgrade the vendor’s plan, or add a payment method.',
  vendor_unavailable: 'The vendor is down or overloaded; try again later.',
  vendor_error: 'If it stays, report it to the vendor with the `requestId`.',
  invalid_response: 'Check the base URL and any proxy on the way; otherwise the vendor’s API has changed.',
  timeout: 'If it stays, raise `attemptTimeoutMs` or `deadlineMs`, or look at the network on the way.',
  connection: 'Check the network, DNS and any proxy between this machine and the vendor.',
  aborted: 'Nothing to mend: the call was cancelled by its caller.',
};

/** What to do about `invalid_key` where it was not the API key that proved who calls. */
export const HINTS_WITHOUT_KEY = {
  token: 'Mint a new token: the one that this call carried is wrong, has expired or was used up.',
  nothing: 'Check the base URL and any proxy on the way: this call needs no key.',
} as const;

/** Every code with its meaning. */
export const ERROR_MEANINGS: Readonly<Record<ErrorCode, ErrorMeaning>> = {
  configuration: {
    when: 'no key, a bad base URL, a bad option; nothing was sent',
    repeat: 'no',
    hint: HINTS.configuration,
  },
  invalid_request: {
    when: 'our check refused the request and nothing was sent, or the vendor answered 400 or 422',
    repeat: 'no',
    hint: HINTS.invalid_request,
  },
  invalid_key: {
    when: '401, or the vendor says that the key is wrong',
    repeat: 'no',
    hint: HINTS.invalid_key,
  },
  permission_denied: {
    when: '403',
    repeat: 'no',
    hint: HINTS.permission_denied,
  },
  not_found: {
    when: '404, or the vendor does not know the face, avatar, persona or session',
    repeat: 'no',
    hint: HINTS.not_found,
  },
  conflict: {
    when: '409',
    repeat: 'no',
    hint: HINTS.conflict,
  },
  rate_limited: {
    when: '429 without a more exact reading',
    repeat: 'yes',
    hint: HINTS.rate_limited,
  },
  concurrency_limit: {
    when: 'as many sessions are running as the account allows',
    repeat: 'no',
    hint: HINTS.concurrency_limit,
  },
  quota_exhausted: {
    when: 'credits, minutes or a spend cap are used up',
    repeat: 'no',
    hint: HINTS.quota_exhausted,
  },
  plan_required: {
    when: '402, or the account’s plan does not include this',
    repeat: 'no',
    hint: HINTS.plan_required,
  },
  vendor_unavailable: {
    when: '502, 503 or 504',
    repeat: 'yes',
    hint: HINTS.vendor_unavailable,
  },
  vendor_error: {
    when: '500, and every other answer that is no success',
    repeat: 'by the status',
    hint: HINTS.vendor_error,
  },
  invalid_response: {
    when: 'a success without what the vendor promises, that is no JSON, or too large; a redirect',
    repeat: 'no',
    hint: HINTS.invalid_response,
  },
  timeout: {
    when: 'an attempt or the whole call took too long; `scope` says which, `phase` where it stood',
    repeat: 'by the operation',
    hint: HINTS.timeout,
  },
  connection: {
    when: 'the connection failed; `phase` says where',
    repeat: 'by the operation',
    hint: HINTS.connection,
  },
  aborted: {
    when: 'the caller’s signal was aborted; its reason is the `cause`',
    repeat: 'no',
    hint: HINTS.aborted,
  },
};
