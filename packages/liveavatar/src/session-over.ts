import { isAvatarError } from '@org/core';

/**
 * Whether a call about a session failed because LiveAvatar says that no such session runs: with 404 or 409, or with 400
 * of one that it knows. Nothing is left to stop or to keep alive then.
 *
 * What LiveAvatar says comes in its envelope, which has a code. Of an error without one `false`, whatever the status and
 * the words: a gateway may have answered, and the session may be running, and billed.
 *
 * @see https://docs.liveavatar.com/reference/stop_session_v1_sessions_stop_post
 */
export function isSessionOver(error: unknown): boolean {
  if (!isAvatarError(error)) return false;
  const { code, status, vendorCode } = error;
  if (vendorCode === undefined) return false;
  return code === 'not_found' || code === 'conflict' || (code === 'invalid_request' && status === 400);
}
