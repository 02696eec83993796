import { requestCheck } from '@org/core';
import express, { type RequestHandler } from 'express';
import * as z from 'zod/mini';
import { BODY_LIMIT_BYTES, ISSUES_SHOWN } from '../config/constants.ts';
import { Problem } from './problem.ts';
import { faultOfJson } from './strict-json.ts';

/** What `POST /v1/sessions` takes. */
interface SessionRequest {
  preset: string;
  overrides?: Record<string, unknown> | undefined;
}

export const sessionRequestSchema: z.ZodMiniType<SessionRequest> = z.strictObject({
  preset: z.string().check(z.minLength(1)),
  overrides: z.optional(z.record(z.string(), z.unknown())),
});

const sessionRequest = requestCheck<SessionRequest>()(sessionRequestSchema);

const demandJson: RequestHandler = (request, _response, next) => {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if ((length === undefined || length === '0') && encoding === undefined) {
    throw new Problem('invalid_body', 'The request has no body; send JSON such as {"preset":"name"}.');
  }
  // Also what keeps a plain form of another site out: a browser sends no form as JSON.
  if (request.is('application/json') === false) {
    throw new Problem('unsupported_media_type', 'The body is not declared as application/json.');
  }
  next();
};

/** Reads a JSON body into `request.body`; what it holds is still to be checked. */
export const jsonBody: readonly RequestHandler[] = [
  demandJson,
  // Not strict: a string or a number is JSON too, and the check says better what it should have been.
  express.json({
    limit: BODY_LIMIT_BYTES,
    inflate: false,
    strict: false,
    verify: (_request, _response, bytes, encoding) => {
      if (encoding !== 'utf-8') throw notUtf8();
      const fault = faultOfJson(bytes);
      if (fault !== undefined) throw new Problem('invalid_body', `The body ${fault}.`);
    },
  }),
];

/** Checks the body of `POST /v1/sessions`. */
export function readSessionRequest(body: unknown): SessionRequest {
  const issues = sessionRequest.issuesOf(body);
  if (issues.length === 0) return body as SessionRequest;
  const shown = issues.slice(0, ISSUES_SHOWN).map(({ path, message }) => `${path || 'the body'} ${message}`);
  throw new Problem('invalid_body', `${shown.join('; ')}.`);
}

function notUtf8(): Problem {
  return new Problem('unsupported_media_type', 'The body is declared to be in something else than UTF-8.');
}

/** What the reader of bodies calls its failures, as problems. Its own words quote the body, so they are not used. */
const FAILURES: Readonly<Record<string, () => Problem>> = {
  'entity.parse.failed': () => new Problem('invalid_body', 'The body is not valid JSON.'),
  'entity.too.large': () =>
    new Problem('body_too_large', `The body has more than ${BODY_LIMIT_BYTES} bytes.`),
  'encoding.unsupported': () => new Problem('unsupported_media_type', 'The body is compressed.'),
  'charset.unsupported': notUtf8,
  'request.size.invalid': () =>
    new Problem('invalid_body', 'The body is not as long as its Content-Length says.'),
  'request.aborted': () => new Problem('invalid_body', 'The body broke off.'),
};

/** The problem of a body that could not be read; `undefined` when the error is another one. */
export function bodyProblem(error: unknown): Problem | undefined {
  if (typeof error !== 'object' || error === null || !('type' in error)) return undefined;
  return typeof error.type === 'string' ? FAILURES[error.type]?.() : undefined;
}
