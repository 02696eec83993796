/**
 * The errors, and what options and hooks are made of, under `@org/core/client`: what a vendor package passes on, so that
 * installing it is enough.
 *
 * @module
 */
export type { ApiKey } from './api-key.ts';
export * from './errors-entry.ts';
export type {
  BudgetExhaustedEvent,
  CallEvent,
  ErrorEvent,
  Hooks,
  RequestEvent,
  ResponseEvent,
  RetryEvent,
  SchemaDriftEvent,
  SuccessEvent,
} from './hooks.ts';
export type { Logger, LogLevel } from './logger.ts';
export type { CallOptions, DispatcherLike } from './options.ts';
export { RetryBudget, type RetryBudgetLike, type RetryPermit } from './retry-budget.ts';
export { Secret, type SecretLike } from './secret.ts';
export type { FetchLike } from './transport/fetch.ts';
