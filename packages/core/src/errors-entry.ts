/**
 * The errors alone, under `@org/core/errors`.
 *
 * @module
 */
export { ERROR_MEANINGS, type ErrorCode, type ErrorMeaning } from './error-codes.ts';
export {
  AbortedError,
  AuthenticationError,
  AvatarError,
  ConfigurationError,
  ConflictError,
  ConnectionError,
  InvalidRequestError,
  InvalidResponseError,
  isAvatarError,
  NotFoundError,
  PermissionError,
  QuotaError,
  RateLimitError,
  TimeoutError,
  VendorError,
  type ErrorClasses,
  type ErrorDetails,
  type Phase,
  type StoppedBy,
} from './errors.ts';
export type { Issue } from './issue.ts';
