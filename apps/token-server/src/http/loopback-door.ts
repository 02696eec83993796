import type { RequestHandler } from 'express';
import { PREFLIGHT_MAX_AGE_SECONDS } from '../config/constants.ts';
import { isLoopbackHost, isLoopbackOrigin } from '../config/loopback.ts';
import { Problem } from './problem.ts';

/**
 * Lets in only what comes from this machine. Listening on loopback alone is not enough: the browser on this machine
 * runs pages of other sites, which reach us by a name made to point here (told by `Host`) or by a plain request
 * across origins (told by `Origin`).
 */
export const loopbackDoor: RequestHandler = (request, response, next) => {
  if (!isLoopbackHost(request.headers.host ?? '')) {
    throw new Problem('host_not_allowed', 'The Host header names no loopback address.');
  }
  const { origin } = request.headers;
  response.vary('Origin');
  if (origin === undefined) {
    next();
    return;
  }
  if (!isLoopbackOrigin(origin)) {
    // What changes nothing may be answered: without CORS headers the page cannot read it.
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new Problem('origin_not_allowed', 'The Origin header names another site.');
    }
    next();
    return;
  }
  response.set({
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Expose-Headers': 'X-Request-Id, Retry-After',
  });
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) {
    next();
    return;
  }
  response
    .set({
      'Access-Control-Allow-Methods': 'GET, POST',
      'Access-Control-Allow-Headers': 'Content-Type',
      'Access-Control-Max-Age': String(PREFLIGHT_MAX_AGE_SECONDS),
    })
    .status(204)
    .end();
};
