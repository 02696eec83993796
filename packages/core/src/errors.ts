import { HINTS, type ErrorCode } from './error-codes.ts';
import { printAs } from './inspect.ts';
import type { Issue } from './issue.ts';

/** Why no further attempt was made. */
export type StoppedBy =
  'attempts' | 'budget' | 'deadline' | 'retry_after_too_long' | 'not_retryable' | 'aborted';

/**
 * Where an exchange stood. `dns`, `connect`, `tls`: the request never left. `sent`: the connection broke after the
 * request had gone out. `headers`: no answer began in time. `body`: the answer broke off or stalled.
 */
export type Phase = 'dns' | 'connect' | 'tls' | 'sent' | 'headers' | 'body';

/** What an {@link AvatarError} is made of. Nothing in it is secret. */
export interface ErrorDetails {
  readonly code: ErrorCode;
  readonly message: string;
  readonly vendor: string;
  readonly operation?: string | undefined;
  readonly status?: number | undefined;
  readonly vendorCode?: string | undefined;
  readonly vendorMessage?: string | undefined;
  readonly issues?: readonly Issue[] | undefined;
  readonly requestId?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly attempts?: number | undefined;
  readonly elapsedMs?: number | undefined;
  readonly stoppedBy?: StoppedBy | undefined;
  readonly scope?: 'attempt' | 'deadline' | undefined;
  readonly phase?: Phase | undefined;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

// Two copies of this package (ESM beside CommonJS, or two versions in one tree) must know each other's errors,
// so instances are recognised by this brand and not by their constructor.
const BRAND = Symbol.for('@org/core/error');

// What may be shown. A list of what to hide would forget what somebody attaches tomorrow.
const SHOWN = [
  'code',
  'vendor',
  'operation',
  'status',
  'vendorCode',
  'vendorMessage',
  'issues',
  'requestId',
  'retryable',
  'retryAfterMs',
  'attempts',
  'elapsedMs',
  'stoppedBy',
  'scope',
  'phase',
  'hint',
];

function brandsOf(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null || !(BRAND in value)) return [];
  return Array.isArray(value[BRAND]) ? value[BRAND] : [];
}

/** The brands of a class and of all that it extends. */
function brandsUpFrom(errorClass: object | null): string[] {
  if (errorClass === null || !('brand' in errorClass)) return [];
  return [String(errorClass.brand), ...brandsUpFrom(Object.getPrototypeOf(errorClass) as object | null)];
}

/**
 * The base of every error that the clients throw. Recognise one with {@link isAvatarError} or `instanceof`;
 * both also work across copies of this package. Printing one (`toJSON`, `util.inspect`) shows an allow-list of
 * fields: never a header, a request body, a key or a token. Its `cause` is a copy of what your own `fetch`, dispatcher
 * or `apiKey` function threw, with its name, its code and its words, of which the call's secrets are removed.
 */
export class AvatarError extends Error {
  /** The class's name in its brand. Written out, because a minifier renames the class itself. */
  static readonly brand: string = 'AvatarError';

  /** What happened, in the vocabulary shared by all vendors. */
  readonly code: ErrorCode;
  /** The vendor's name, such as `simli`. */
  readonly vendor: string;
  /** The operation, such as `compose.createToken`; absent when a client was being constructed. */
  readonly operation: string | undefined;
  /** The HTTP status of the last answer, if there was one. */
  readonly status: number | undefined;
  /** The vendor's own code for it, such as `INVALID_FACE_ID` or `4032`. */
  readonly vendorCode: string | undefined;
  /** The vendor's own words: at most 500 characters, secrets removed. Written for developers, not for end users. */
  readonly vendorMessage: string | undefined;
  /** What is wrong with which field: paths and rules, never values. */
  readonly issues: readonly Issue[] | undefined;
  /** The `X-Request-Id` that all attempts of the call carried. */
  readonly requestId: string | undefined;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** How long the vendor asked to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** How many exchanges were begun. */
  readonly attempts: number;
  /** How long the whole call took, in milliseconds. */
  readonly elapsedMs: number;
  /** Why no further attempt was made. */
  readonly stoppedBy: StoppedBy;
  /** One plain sentence: what to do. */
  readonly hint: string;

  constructor(details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    const brand = new.target.brand;
    Object.defineProperty(this, 'name', { value: brand, configurable: true, writable: true });
    Object.defineProperty(this, BRAND, { value: brandsUpFrom(new.target) });
    printAs(this, (inspect) => {
      const head = this.stack ?? `${this.name}: ${this.message}`;
      return `${head} ${inspect(shownFieldsOf(this))}${causeLine(this.cause)}`;
    });
    this.code = details.code;
    this.vendor = details.vendor;
    this.operation = details.operation;
    this.status = details.status;
    this.vendorCode = details.vendorCode;
    this.vendorMessage = details.vendorMessage;
    this.issues = details.issues;
    this.requestId = details.requestId;
    this.retryable = details.retryable ?? false;
    this.retryAfterMs = details.retryAfterMs;
    this.attempts = details.attempts ?? 0;
    this.elapsedMs = details.elapsedMs ?? 0;
    this.stoppedBy = details.stoppedBy ?? 'not_retryable';
    this.hint = details.hint ?? HINTS[details.code];
  }

  /** Whether `value` is an error of this class, from this copy of the package or another. */
  static isInstance<Class extends abstract new (...args: never) => unknown>(
    this: Class,
    value: unknown,
  ): value is InstanceType<Class> {
    return value instanceof this;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // A subclass made elsewhere has no brand of its own: its instances are told by their prototype, as usual.
    return Object.hasOwn(this, 'brand')
      ? brandsOf(value).includes(this.brand)
      : Function.prototype[Symbol.hasInstance].call(this, value);
  }

  /** The fields that may be shown, without those that are not set. */
  toJSON(): Record<string, unknown> {
    return { name: this.name, message: this.message, ...shownFieldsOf(this) };
  }
}

function shownFieldsOf(error: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(error).filter(([name, value]) => value !== undefined && SHOWN.includes(name)),
  );
}

// The reason of an abort is the caller's own and may hold anything, so only its kind is shown.
function causeLine(cause: unknown): string {
  if (!(cause instanceof Error)) return '';
  const code = 'code' in cause && typeof cause.code === 'string' ? ` ${cause.code}` : '';
  return `\n  caused by ${cause.name}${code}`;
}

/** No key, a bad base URL, a bad option. Thrown before anything is sent. */
export class ConfigurationError extends AvatarError {
  static override readonly brand: string = 'ConfigurationError';
  declare readonly code: 'configuration';
}

/** The request is wrong: refused by our own check (nothing was sent), or by the vendor with 400 or 422. */
export class InvalidRequestError extends AvatarError {
  static override readonly brand: string = 'InvalidRequestError';
  declare readonly code: 'invalid_request';
}

/** The vendor does not accept the key, or the token that the call carried instead. */
export class AuthenticationError extends AvatarError {
  static override readonly brand: string = 'AuthenticationError';
  declare readonly code: 'invalid_key';
}

/** The key is good, and may not do this. */
export class PermissionError extends AvatarError {
  static override readonly brand: string = 'PermissionError';
  declare readonly code: 'permission_denied';
}

/** The vendor does not know the face, avatar, persona, session or path. */
export class NotFoundError extends AvatarError {
  static override readonly brand: string = 'NotFoundError';
  declare readonly code: 'not_found';
}

/** The resource is not in a state that allows the call. */
export class ConflictError extends AvatarError {
  static override readonly brand: string = 'ConflictError';
  declare readonly code: 'conflict';
}

/** Too many requests. Waiting helps. */
export class RateLimitError extends AvatarError {
  static override readonly brand: string = 'RateLimitError';
  declare readonly code: 'rate_limited';
}

/** A limit of the account: sessions at once, credit, or the plan. Waiting milliseconds does not help. */
export class QuotaError extends AvatarError {
  static override readonly brand: string = 'QuotaError';
  declare readonly code: 'concurrency_limit' | 'quota_exhausted' | 'plan_required';
}

/** The vendor failed: it is unavailable, or answered with an error of its own. */
export class VendorError extends AvatarError {
  static override readonly brand: string = 'VendorError';
  declare readonly code: 'vendor_unavailable' | 'vendor_error';
}

/** A success without what the vendor promises, that is no JSON, or too large; or a redirect. */
export class InvalidResponseError extends AvatarError {
  static override readonly brand: string = 'InvalidResponseError';
  declare readonly code: 'invalid_response';
}

/** An attempt, or the whole call, took too long. */
export class TimeoutError extends AvatarError {
  static override readonly brand: string = 'TimeoutError';
  declare readonly code: 'timeout';
  /** `attempt`: one exchange took longer than `attemptTimeoutMs`. `deadline`: the call took longer than `deadlineMs`. */
  readonly scope: 'attempt' | 'deadline';
  /** Where the last exchange stood; absent when the time ran out between two of them. */
  readonly phase: Phase | undefined;

  constructor(details: ErrorDetails) {
    super(details);
    this.scope = details.scope ?? 'attempt';
    this.phase = details.phase;
  }
}

/** The connection failed. */
export class ConnectionError extends AvatarError {
  static override readonly brand: string = 'ConnectionError';
  declare readonly code: 'connection';
  /** Where it failed. */
  readonly phase: Phase;

  constructor(details: ErrorDetails) {
    super(details);
    this.phase = details.phase ?? 'sent';
  }
}

/** The caller's signal was aborted; its reason is the `cause`. */
export class AbortedError extends AvatarError {
  static override readonly brand: string = 'AbortedError';
  declare readonly code: 'aborted';
}

/** The class that each code is thrown as. */
export interface ErrorClasses {
  configuration: ConfigurationError;
  invalid_request: InvalidRequestError;
  invalid_key: AuthenticationError;
  permission_denied: PermissionError;
  not_found: NotFoundError;
  conflict: ConflictError;
  rate_limited: RateLimitError;
  concurrency_limit: QuotaError;
  quota_exhausted: QuotaError;
  plan_required: QuotaError;
  vendor_unavailable: VendorError;
  vendor_error: VendorError;
  invalid_response: InvalidResponseError;
  timeout: TimeoutError;
  connection: ConnectionError;
  aborted: AbortedError;
}

const CLASSES: { readonly [Code in ErrorCode]: new (details: ErrorDetails) => ErrorClasses[Code] } = {
  configuration: ConfigurationError,
  invalid_request: InvalidRequestError,
  invalid_key: AuthenticationError,
  permission_denied: PermissionError,
  not_found: NotFoundError,
  conflict: ConflictError,
  rate_limited: RateLimitError,
  concurrency_limit: QuotaError,
  quota_exhausted: QuotaError,
  plan_required: QuotaError,
  vendor_unavailable: VendorError,
  vendor_error: VendorError,
  invalid_response: InvalidResponseError,
  timeout: TimeoutError,
  connection: ConnectionError,
  aborted: AbortedError,
};

/** Makes the error of the class that belongs to the code. */
export function createError(details: ErrorDetails): AvatarError {
  return new CLASSES[details.code](details);
}

// `& { code }`, because a class may have several codes: without it, `false` for one would rule out the whole class.
/**
 * Whether `value` is an error of ours, from this copy of the package or another; with `code`, whether it is that one.
 *
 * @example
 * if (isAvatarError(error, 'rate_limited')) await wait(error.retryAfterMs ?? 1_000);
 */
export function isAvatarError<Code extends ErrorCode>(
  value: unknown,
  code: Code,
): value is ErrorClasses[Code] & { readonly code: Code };
export function isAvatarError(value: unknown): value is AvatarError;
export function isAvatarError(value: unknown, code?: ErrorCode): boolean {
  return value instanceof AvatarError && (code === undefined || value.code === code);
}
