import type { AvatarError, ErrorCode } from '@org/core';
import { waitAskedFor } from '../vendors/failures.ts';
import { PROBLEM_KINDS, type ProblemCode } from './problem-codes.ts';
import type { ProblemDetails } from './problem.ts';

/**
 * What a caller is told of a vendor's failure: enough to act, and nothing of the owner's affairs. That the key is
 * wrong or the credit gone is for the log.
 */
const CODES: Readonly<Record<ErrorCode, ProblemCode>> = {
  configuration: 'vendor_refused',
  invalid_key: 'vendor_refused',
  permission_denied: 'vendor_refused',
  quota_exhausted: 'vendor_refused',
  plan_required: 'vendor_refused',
  // Callers choose nothing but the preset's name, so a request that the vendor cannot take is the preset's fault.
  invalid_request: 'preset_broken',
  not_found: 'preset_broken',
  concurrency_limit: 'vendor_busy',
  rate_limited: 'vendor_rate_limited',
  vendor_unavailable: 'vendor_unavailable',
  connection: 'vendor_unavailable',
  timeout: 'vendor_timeout',
  conflict: 'vendor_failed',
  vendor_error: 'vendor_failed',
  invalid_response: 'vendor_failed',
  // Only the caller's own hanging up aborts a call, and then nobody reads the answer.
  aborted: 'internal_error',
};

const DETAILS: Readonly<Partial<Record<ProblemCode, string>>> = {
  vendor_refused: 'The vendor refused to grant a session to this server.',
  preset_broken: 'The vendor refused what this preset asks for.',
  vendor_busy: 'As many sessions are running as the vendor allows; one must end first.',
  vendor_rate_limited: 'The vendor is being asked more often than it allows.',
  vendor_unavailable: 'The vendor is down, overloaded or out of reach.',
  vendor_timeout: 'The vendor did not answer in time.',
  vendor_failed: 'The vendor answered with an error, or with something that is no answer.',
};

/** The problem to answer with when a vendor has failed. */
export function vendorProblem(error: AvatarError): ProblemDetails {
  const ours = CODES[error.code];
  const waitingHelps = PROBLEM_KINDS[ours].retryAfterSeconds !== undefined;
  const waitMs = waitAskedFor(error);
  const headers =
    waitingHelps && waitMs !== undefined ? { 'Retry-After': String(Math.ceil(waitMs / 1_000)) } : {};
  return { code: ours, detail: DETAILS[ours] ?? 'Something went wrong here.', headers };
}
