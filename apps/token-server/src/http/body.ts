import { requestCheck, type RequestCheck } from '@org/core';
import express, { type Request, type RequestHandler } from 'express';
import * as z from 'zod/mini';
import { BODY_LIMIT_BYTES, ISSUES_SHOWN, LONGEST_SESSION_NAME } from '../config/constants.ts';
import { sentenceOf } from '../sentence.ts';
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
  if (!hasBody(request)) {
    throw new Problem('invalid_body', 'The request has no body; send JSON such as {"preset":"name"}.');
  }
  // Also what keeps a plain form of another site out: a browser sends no form as JSON.
  if (request.is('application/json') === false) {
    throw new Problem('unsupported_media_type', 'The body is not declared as application/json.');
  }
  next();
};

const readJson: RequestHandler = express.json({
  limit: BODY_LIMIT_BYTES,
  inflate: false,
  // A string or a number is JSON too, and the check says better what it should have been.
  strict: false,
  verify: (_request, _response, bytes, encoding) => {
    if (encoding !== 'utf-8') throw notUtf8();
    const fault = faultOfJson(bytes);
    if (fault !== undefined) throw new Problem('invalid_body', `The body ${fault}.`);
  },
});

/** Reads a JSON body into `request.body`; what it holds is still to be checked. */
export const jsonBody: readonly RequestHandler[] = [demandJson, readJson];

/** The same where there may be none; then `request.body` is `undefined`. */
export const optionalJsonBody: RequestHandler = (request, response, next) => {
  if (!hasBody(request)) {
    next();
    return;
  }
  demandJson(request, response, () => {
    readJson(request, response, next);
  });
};

function hasBody({ headers }: Request): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers;
  return (length !== undefined && length !== '0') || encoding !== undefined;
}

/** Checks the body of `POST /v1/sessions`. */
export function readSessionRequest(body: unknown): SessionRequest {
  return readBy(sessionRequest, body);
}

function readBy<Body>({ issuesOf }: RequestCheck<Body>, body: unknown): Body {
  const issues = issuesOf(body);
  if (issues.length === 0) return body as Body;
  const shown = issues.slice(0, ISSUES_SHOWN).map(({ path, message }) => `${path || 'the body'} ${message}`);
  throw new Problem('invalid_body', sentenceOf(shown));
}

function notUtf8(): Problem {
  return new Problem('unsupported_media_type', 'The body is declared to be in something else than UTF-8.');
}

/** What a heartbeat may bring. */
interface HeartbeatRequest {
  vendorSessionId?: string | undefined;
}

export const heartbeatSchema: z.ZodMiniType<HeartbeatRequest> = z.strictObject({
  vendorSessionId: z.optional(z.string().check(z.minLength(1), z.maxLength(LONGEST_SESSION_NAME))),
});

const heartbeatRequest = requestCheck<HeartbeatRequest>()(heartbeatSchema);

/** Checks the body of a heartbeat; none is as good as an empty one. */
export function readHeartbeat(body: unknown): HeartbeatRequest {
  return body === undefined ? {} : readBy(heartbeatRequest, body);
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
