import { isAvatarError } from '@org/core';
import { LEAST_VENDOR_WAIT_MS, LONGEST_VENDOR_WAIT_MS } from '../config/constants.ts';

/** Whether an error says that the vendor is down, and not that it refuses this one request. */
export function isOutage(error: unknown): boolean {
  return (
    isAvatarError(error, 'vendor_unavailable') ||
    isAvatarError(error, 'vendor_error') ||
    isAvatarError(error, 'timeout') ||
    isAvatarError(error, 'connection') ||
    isAvatarError(error, 'invalid_response')
  );
}

/** Whether the vendor may have done what it was asked, although the call failed: nothing says that it has not. */
export function mayBeDone(error: unknown): boolean {
  // Who turns a request away says when to come back. Without that, a 503 may be a gateway's that waited in vain.
  const turnedAway = isAvatarError(error) && error.status === 503 && error.retryAfterMs !== undefined;
  return isOutage(error) && !turnedAway;
}

/** Whether an error is the vendor's own answer, so that it is up. */
export function isAnswer(error: unknown): boolean {
  return isAvatarError(error) && error.status !== undefined && !isOutage(error);
}

/** Whether another vendor may do where this one could not: everything but a caller who hung up. */
export function isVendorTrouble(error: unknown): boolean {
  return isAvatarError(error) && error.code !== 'aborted';
}

/** How long a vendor asks to be left alone, in milliseconds, within reason. */
export function waitAskedFor(error: unknown): number | undefined {
  if (!isAvatarError(error) || error.retryAfterMs === undefined) return undefined;
  return Math.min(Math.max(error.retryAfterMs, LEAST_VENDOR_WAIT_MS), LONGEST_VENDOR_WAIT_MS);
}
