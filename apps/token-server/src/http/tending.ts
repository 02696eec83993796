import express, { Router, type Request, type RequestHandler } from 'express';
import type { Broker } from '../broker/broker.ts';
import { BODY_LIMIT_BYTES, LONGEST_FIRST_FRAME_MS } from '../config/constants.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { SessionRecord } from '../state/state.ts';
import { addressGroup } from './address.ts';
import { optionalJsonBody, readHeartbeat } from './body.ts';
import { checkCaller, type Callers } from './callers.ts';
import { callerOf, exchangeOf } from './exchange.ts';
import { methodsAre } from './methods.ts';
import { Problem } from './problem.ts';

const SESSION_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What can be done about one session: look, keep it, end it. */
export function tendingRoutes(broker: Broker, callers: Callers, metrics?: Metrics): Router {
  const router = Router();
  const known = checkCaller(broker, callers, 'tend');
  router
    .route('/v1/sessions/:id')
    .get(known, noteSession, async (request, response) => {
      response.json(await broker.session(callerOf(response), idIn(request)));
    })
    .delete(known, noteSession, async (request, response) => {
      const ending = await broker.end(callerOf(response), idIn(request));
      if (ending === 'ended') response.status(204).end();
      else response.status(202).json(await broker.session(callerOf(response), idIn(request)));
    })
    .all(methodsAre('GET, HEAD, DELETE'));
  router
    .route('/v1/sessions/:id/heartbeat')
    .post(known, noteSession, optionalJsonBody, async (request, response) => {
      const { vendorSessionId } = readHeartbeat(request.body);
      response.json(await broker.heartbeat(callerOf(response), idIn(request), vendorSessionId));
    })
    .all(methodsAre('POST'));
  router
    .route('/v1/sessions/:id/end')
    .post(noteSession, beaconBody, endRoute(broker, known))
    .all(methodsAre('POST'));
  router
    .route('/v1/sessions/:id/first-frame')
    .post(noteSession, beaconBody, async (request, response) => {
      const { endToken, ms } = firstFrameIn(request.body);
      const session = await provenSession(broker, request, endToken);
      if (metrics !== undefined && (await broker.takeFirstFrame(session))) {
        metrics.firstFrame(session.vendor, ms / 1_000);
      }
      response.status(204).end();
    })
    .all(methodsAre('POST'));
  return router;
}

const beaconBody = express.text({ type: () => true, limit: BODY_LIMIT_BYTES, inflate: false });

/** `<endToken> <milliseconds>`, as a page sends it by `navigator.sendBeacon`. */
function firstFrameIn(body: unknown): { endToken: string; ms: number } {
  const [, endToken, ms] = typeof body === 'string' ? (/^([\w-]{32}) (\d{1,6})$/.exec(body) ?? []) : [];
  if (endToken !== undefined && Number(ms) <= LONGEST_FIRST_FRAME_MS) return { endToken, ms: Number(ms) };
  throw new Problem('invalid_body', 'The body is not the endToken of a grant, a space, and milliseconds.');
}

/**
 * A page that goes away sends this by `navigator.sendBeacon`, which takes no header: so the grant's own `endToken` in
 * the body will do. Any other caller proves itself as always.
 */
function endRoute(broker: Broker, known: RequestHandler): RequestHandler {
  return async (request, response, next) => {
    const token = endTokenIn(request.body);
    if (token === undefined) {
      await known(request, response, (error?: unknown) => {
        if (error !== undefined) {
          next(error);
          return;
        }
        broker
          .end(callerOf(response), idIn(request))
          .then((ending) => response.status(ending === 'ended' ? 204 : 202).end())
          .catch(next);
      });
      return;
    }
    const ending = await broker.endByPage(await provenSession(broker, request, token));
    response.status(ending === 'ended' ? 204 : 202).end();
  };
}

/** The session that a grant's `endToken` proves. Whoever proves none counts as a stranger, whom heartbeats never meet. */
async function provenSession(broker: Broker, request: Request, endToken: string): Promise<SessionRecord> {
  const address = addressGroup(request.ip ?? '');
  const session = await broker.provenSession(idIn(request), endToken).catch(async (error: unknown) => {
    await broker.countRequest('stranger', { address });
    throw error;
  });
  await broker.countRequest('tend', { caller: session.caller, address });
  return session;
}

/** The token alone, or `{ "endToken": "…" }`. */
function endTokenIn(body: unknown): string | undefined {
  if (typeof body !== 'string' || body === '') return undefined;
  const [, token] = /^(?:\{\s*"endToken"\s*:\s*")?([\w-]{32})(?:"\s*\})?$/.exec(body.trim()) ?? [];
  if (token !== undefined) return token;
  if (/^\{\s*\}$/.test(body)) return undefined;
  throw new Problem('invalid_body', 'The body is neither empty nor the endToken of a grant.');
}

const noteSession: RequestHandler = (request, response, next) => {
  exchangeOf(response).record.session = idIn(request);
  next();
};

function idIn(request: Request): string {
  const { id } = request.params;
  // Only what can be one is looked up, and logged.
  if (typeof id === 'string' && SESSION_ID.test(id)) return id;
  throw new Problem('session_not_found', 'This caller has no session of that id.');
}
