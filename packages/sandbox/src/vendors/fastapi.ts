import type { Violation } from '../contracts/check.ts';
import type { Answer } from '../wire/answer.ts';

/** FastAPI's names for what JSON Schema calls otherwise; their exact wording at the vendors is not proven. */
const types: Readonly<Record<string, string>> = {
  required: 'missing',
  type: 'type_error',
  enum: 'literal_error',
  const: 'literal_error',
  minimum: 'greater_than_equal',
  maximum: 'less_than_equal',
  format: 'uuid_parsing',
  maxLength: 'string_too_long',
  maxProperties: 'too_long',
  json: 'json_invalid',
};

/** 422, as FastAPI words it. */
export function validationError(violations: readonly Violation[]): Answer {
  const detail = violations.map(({ location, keyword, message }) => ({
    loc: location,
    msg: message,
    type: types[keyword] ?? 'value_error',
  }));
  return { status: 422, body: { detail } };
}

/** 422 for no reason in particular. */
export const someValidationError: Answer = validationError([
  { location: ['body'], keyword: 'invalid', message: 'Invalid request' },
]);

/** A path or method that a FastAPI application does not have. */
export function fastApiNoRoute(status: 404 | 405): Answer {
  return { status, body: { detail: status === 404 ? 'Not Found' : 'Method Not Allowed' } };
}
