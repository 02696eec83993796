import { isAvatarError } from '@org/core';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { Broker } from '../broker/broker.ts';
import { Refusal } from '../broker/refusal.ts';
import type { Logger } from '../ops/logger.ts';
import type { Metrics } from '../ops/metrics.ts';
import { SessionElsewhere, StateUnavailable } from '../state/state.ts';
import { Untraced } from '../untraced.ts';
import { bodyProblem } from './body.ts';
import type { Callers } from './callers.ts';
import { keepDoor, type Door } from './door.ts';
import { exchangeOf, openExchange } from './exchange.ts';
import { setHeaders } from './headers.ts';
import { healthRoutes } from './health.ts';
import { openApiRoutes } from './openapi.ts';
import { presetRoutes } from './presets.ts';
import { PROBLEM_KINDS } from './problem-codes.ts';
import { Problem, sendProblem, type ProblemDetails } from './problem.ts';
import { sessionRoutes } from './sessions.ts';
import { tendingRoutes } from './tending.ts';
import { vendorProblem } from './vendor-problem.ts';

/** What the routes are built on. */
export interface AppParts {
  readonly broker: Broker;
  readonly logger: Logger;
  readonly isDraining: () => boolean;
  readonly version: string;
  /** Who counts; absent where nobody does. */
  readonly metrics?: Metrics | undefined;
  readonly callers: Callers;
  readonly door: Door;
  /** The networks whose word about where a request came from is taken. */
  readonly trustedProxies: readonly string[];
}

/** The routes, from the request's arrival to its answer. */
export function createApp(parts: AppParts): Express {
  const { broker, logger, isDraining, callers, door, trustedProxies, metrics, version } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.set('trust proxy', [...trustedProxies]);
  const over = metrics === undefined ? undefined : metrics.request.bind(metrics);
  app.use(openExchange(logger, over), setHeaders, keepDoor(door));
  // In the order of how often they are asked for: each that comes before costs a grant a little.
  app.use(sessionRoutes(broker, callers), tendingRoutes(broker, callers, metrics));
  app.use(presetRoutes(broker, callers), healthRoutes(isDraining), openApiRoutes(version));
  app.use(noSuchRoute, answerProblem);
  return app;
}

const noSuchRouteProblem = (): Problem => new Problem('not_found', 'This server has no such route.');

const noSuchRoute: RequestHandler = () => {
  throw noSuchRouteProblem();
};

// Express tells an error handler by its four parameters.
const answerProblem: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  const { record, requestId } = exchangeOf(response);
  const problem = problemOf(error);
  record.code = problem.code;
  // What is the caller's own fault, or no fault at all, needs no more than its code.
  const isAnswer = error instanceof Untraced || error instanceof SessionElsewhere;
  if (PROBLEM_KINDS[problem.code].status >= 500 && !isAnswer) record.error = error;
  // The caller has hung up, so there is nobody to tell.
  if (response.closed) return;
  sendProblem(response, problem, requestId);
};

function problemOf(error: unknown): ProblemDetails {
  if (error instanceof Problem) return error;
  // The router's, of a path that cannot be decoded.
  if (error instanceof URIError) return noSuchRouteProblem();
  if (isAvatarError(error)) return vendorProblem(error);
  if (error instanceof Refusal) return refusalProblem(error);
  if (error instanceof StateUnavailable) {
    return new Problem('state_unavailable', 'This server cannot look up what it has granted.');
  }
  return bodyProblem(error) ?? new Problem('internal_error', 'Something went wrong here.');
}

function refusalProblem({ code, detail, limit, retryAfterMs }: Refusal): ProblemDetails {
  const headers =
    retryAfterMs === undefined ? {} : { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) };
  return { code, detail, headers, limit };
}
