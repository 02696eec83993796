import type { RequestHandler } from 'express';
import { PREFLIGHT_MAX_AGE_SECONDS } from '../config/constants.ts';
import { isLoopbackHost, isLoopbackOrigin } from '../config/loopback.ts';
import { Problem } from './problem.ts';

/** From where requests are let in. */
export interface Door {
  readonly isHost: (host: string) => boolean;
  readonly isOrigin: (origin: string) => boolean;
}

/**
 * Of a server that checks no callers: only what comes from this machine. Listening on loopback alone is not enough:
 * the browser on this machine runs pages of other sites, which reach us by a name made to point here (told by `Host`)
 * or by a plain request across origins (told by `Origin`).
 */
export const loopbackDoor: Door = { isHost: isLoopbackHost, isOrigin: isLoopbackOrigin };

/** Of a server that checks its callers: pages of exactly these origins. */
export function doorFor(origins: readonly string[]): Door {
  const known = new Set(origins);
  return { isHost: () => true, isOrigin: (origin) => known.has(origin) };
}

const readsOnly = (method: string): boolean => method === 'GET' || method === 'HEAD';

/** Keeps pages of other origins from doing anything, and answers CORS to the others. */
export function keepDoor({ isHost, isOrigin }: Door): RequestHandler {
  return (request, response, next) => {
    if (!isHost(request.headers.host ?? '')) {
      throw new Problem('host_not_allowed', 'The Host header names no loopback address.');
    }
    const { origin } = request.headers;
    response.setHeader('Vary', 'Origin');
    if (origin === undefined) {
      next();
      return;
    }
    if (!isOrigin(origin)) {
      // What changes nothing may be answered: without CORS headers the page cannot read it.
      if (!readsOnly(request.method)) {
        throw new Problem('origin_not_allowed', 'The Origin header names another site.');
      }
      next();
      return;
    }
    response.set({
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Expose-Headers': 'X-Request-Id, Retry-After, Server-Timing, Idempotency-Replayed',
      'Timing-Allow-Origin': origin,
    });
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) {
      next();
      return;
    }
    response
      .set({
        'Access-Control-Allow-Methods': 'GET, POST, DELETE',
        'Access-Control-Allow-Headers': 'Authorization, Content-Type, Idempotency-Key',
        'Access-Control-Max-Age': String(PREFLIGHT_MAX_AGE_SECONDS),
      })
      .status(204)
      .end();
  };
}
