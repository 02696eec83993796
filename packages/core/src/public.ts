export {
  answerCheck,
  answerNothing,
  answerObject,
  answerOptional,
  openEnum,
  type AnswerCheck,
} from './answer-check.ts';
export type { ApiKey } from './api-key.ts';
export type { Caller } from './caller.ts';
export type { Runtime } from './running-call.ts';
export * from './constants.ts';
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
export { fieldsOf, textOf, validationIssuesOf } from './json-fields.ts';
export type { Logger, LogLevel } from './logger.ts';
export { defineOperation, type AnswerContext, type Operation } from './operation.ts';
export type { CallOptions, ClientOptions, DispatcherLike } from './options.ts';
export { requestCheck, type RequestCheck } from './request-check.ts';
export { RetryBudget, type RetryBudgetLike, type RetryPermit } from './retry-budget.ts';
export { Secret, type SecretLike } from './secret.ts';
export type { StandardResult, StandardSchema } from './standard-schema.ts';
export type { BodyReader, FetchAnswer, FetchLike } from './transport/fetch.ts';
export {
  codeOfStatus,
  defineVendor,
  type Reading,
  type Refusal,
  type Vendor,
  type VendorAnswer,
} from './vendor.ts';
