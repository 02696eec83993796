import type { ErrorCode } from './error-codes.ts';
import type { AvatarError } from './errors.ts';

/** What every event of a call names. */
export interface CallEvent {
  readonly vendor: string;
  readonly operation: string;
  readonly requestId: string;
}

/** Before each exchange. */
export interface RequestEvent extends CallEvent {
  /** From 1. */
  readonly attempt: number;
  readonly method: string;
  /** The operation's path, its placeholders unfilled. */
  readonly path: string;
  /** Where it goes, without the query. */
  readonly url: string;
}

/** After each answer, whatever its status. */
export interface ResponseEvent extends RequestEvent {
  readonly status: number;
  /** This exchange alone. */
  readonly elapsedMs: number;
}

/** Before the wait that comes before another attempt. */
export interface RetryEvent extends CallEvent {
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  readonly delayMs: number;
  /** What would have been the error's code. */
  readonly code: ErrorCode;
  readonly status: number | undefined;
}

/** When a call has succeeded. */
export interface SuccessEvent extends CallEvent {
  readonly attempts: number;
  /** The whole call, waits included. */
  readonly elapsedMs: number;
}

/** When a call has failed for good. */
export interface ErrorEvent extends CallEvent {
  readonly error: AvatarError;
}

/** An answer that holds what was not known when the package was made. Told once for each difference. */
export interface SchemaDriftEvent extends CallEvent {
  /** Such as `results[].mood: unknown field`. Never values. Of very many in one answer, the first. */
  readonly differences: readonly string[];
}

/** When a retry would have helped, and the budget had none left. */
export interface BudgetExhaustedEvent extends CallEvent {
  readonly attempt: number;
}

/** Callbacks for watching calls. One that throws is reported once, and never changes a result. */
export interface Hooks {
  /** Before each exchange. */
  readonly onRequest?: ((event: RequestEvent) => void) | undefined;
  /** After each answer, whatever its status. */
  readonly onResponse?: ((event: ResponseEvent) => void) | undefined;
  /** Before the wait that comes before another attempt. */
  readonly onRetry?: ((event: RetryEvent) => void) | undefined;
  /** When a call has succeeded. */
  readonly onSuccess?: ((event: SuccessEvent) => void) | undefined;
  /** When a call has failed for good. */
  readonly onError?: ((event: ErrorEvent) => void) | undefined;
  /** When an answer holds what was not known when the package was made; told once for each difference. */
  readonly onSchemaDrift?: ((event: SchemaDriftEvent) => void) | undefined;
  /** When a retry would have helped, and the budget had none left. */
  readonly onBudgetExhausted?: ((event: BudgetExhaustedEvent) => void) | undefined;
}

/** The names of all hooks. */
export const HOOK_NAMES: readonly (keyof Hooks)[] = [
  'onRequest',
  'onResponse',
  'onRetry',
  'onSuccess',
  'onError',
  'onSchemaDrift',
  'onBudgetExhausted',
];
