export {
  answerCheck,
  answerNothing,
  answerObject,
  answerOptional,
  openEnum,
  type AnswerCheck,
} from './answer-check.ts';
export { copyOfOptions } from './call-options.ts';
export type { Caller } from './caller.ts';
export type { Runtime } from './shared.ts';
export * from './client-entry.ts';
export * from './constants.ts';
export { fieldsOf, textOf } from './json-fields.ts';
export { defineOperation, type AnswerContext, type Operation } from './operation.ts';
export type { ClientOptions, Refuse } from './options.ts';
export { requestCheck, type RequestCheck } from './request-check.ts';
export type { StandardResult, StandardSchema } from './standard-schema.ts';
export type { BodyReader, FetchAnswer } from './transport/fetch.ts';
export { validationIssuesOf } from './validation-issues.ts';
export { unref } from './wait.ts';
export {
  codeOfStatus,
  defineVendor,
  type Reading,
  type Refusal,
  type Vendor,
  type VendorAnswer,
} from './vendor.ts';
