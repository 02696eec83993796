import type { RequestHandler, Response } from 'express';
import { randomUUID } from 'node:crypto';
import type { Caller } from '../broker/caller.ts';
import type { Logger, RequestRecord } from '../ops/logger.ts';

/** What is kept of one request while it is answered. */
export interface Exchange {
  readonly requestId: string;
  /** Who calls, once they have proved it. */
  caller?: Caller;
  /** What the log will say, gathered on the way. */
  readonly record: RequestRecord;
  /** Aborted when the caller hangs up. */
  readonly signal: AbortSignal;
}

/** What a caller that hung up is logged as: nginx's number, since HTTP has none. */
const CALLER_GONE = 499;

/** A balancer asks them every few seconds: that all is well there is no news. */
const HEALTH_ROUTES: readonly string[] = ['/healthz', '/readyz'];

/** What is kept of the request that `response` answers. */
export function exchangeOf(response: Response): Exchange {
  const { exchange } = response.locals as { readonly exchange?: Exchange };
  if (exchange === undefined)
    throw new Error('the exchange has not been opened: openExchange() must come first');
  return exchange;
}

/** Who calls; only for what comes after the check of callers. */
export function callerOf(response: Response): Caller {
  const { caller } = exchangeOf(response);
  if (caller === undefined) throw new Error('the caller is not known: checkCaller() must come first');
  return caller;
}

/** Gives each request its id, and logs one line when it is over. */
export function openExchange(logger: Logger, over?: (record: RequestRecord) => void): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    const requestId = randomUUID();
    const record: RequestRecord = { request_id: requestId, method: request.method };
    const gone = new AbortController();
    response.locals['exchange'] = { requestId, record, signal: gone.signal } satisfies Exchange;
    response.setHeader('X-Request-Id', requestId);
    response.once('close', () => {
      const answered = response.writableFinished;
      if (!answered) gone.abort();
      const route: unknown = request.route;
      if (hasPath(route)) record.route = route.path;
      record.status = answered ? response.statusCode : CALLER_GONE;
      record.ms = Math.round(performance.now() - startedAt);
      over?.(record);
      logger[levelOf(record)](record, 'request');
    });
    next();
  };
}

function levelOf({ route = '', status = 0, error }: RequestRecord): 'debug' | 'info' | 'error' {
  if (HEALTH_ROUTES.includes(route)) return 'debug';
  return status >= 500 && error !== undefined ? 'error' : 'info';
}

function hasPath(route: unknown): route is { path: string } {
  return typeof route === 'object' && route !== null && 'path' in route && typeof route.path === 'string';
}
