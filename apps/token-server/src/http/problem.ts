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
  const body = JSON.stringify({
    type: `urn:problem-type:token-server:${problem.code}`,
    title,
    status,
    detail: problem.detail,
    code: problem.code,
    request_id: requestId,
    ...(problem.limit !== undefined && { limit: problem.limit }),
    ...(hint !== undefined && { hint }),
  });
  // Not by Express's own ways, which look each header and type up again: a refusal must cost little.
  response.writeHead(status, {
    ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
    ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
    ...problem.headers,
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}
