import type { Response } from 'express';
import { Untraced } from '../untraced.ts';
import { PROBLEM_KINDS, type ProblemCode } from './problem-codes.ts';

/** What an answer that is no success says. Everything in it is for the caller to read. */
export interface ProblemDetails {
  readonly code: ProblemCode;
  /** What happened this time. */
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The limit that was reached, in a word. */
  readonly limit?: string | undefined;
}

/** Ends a request with such an answer. */
export class Problem extends Untraced implements ProblemDetails {
  override readonly name: string = 'Problem';
  readonly code: ProblemCode;
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly limit: string | undefined;

  constructor(
    code: ProblemCode,
    detail: string,
    headers: Readonly<Record<string, string>> = {},
    limit?: string,
  ) {
    super(detail);
    this.code = code;
    this.detail = detail;
    this.headers = headers;
    this.limit = limit;
  }
}

/** Answers with a problem document (RFC 9457). */
export function sendProblem(response: Response, problem: ProblemDetails, requestId: string): void {
  const { status, title, hint, retryAfterSeconds } = PROBLEM_KINDS[problem.code];
  if (status === 401) response.set('WWW-Authenticate', 'Bearer');
  if (retryAfterSeconds !== undefined) response.set('Retry-After', String(retryAfterSeconds));
  response
    .status(status)
    .set(problem.headers)
    .type('application/problem+json')
    .json({
      type: `urn:problem-type:token-server:${problem.code}`,
      title,
      status,
      detail: problem.detail,
      code: problem.code,
      request_id: requestId,
      ...(problem.limit !== undefined && { limit: problem.limit }),
      ...(hint !== undefined && { hint }),
    });
}
