import { Router, type Request } from 'express';
import type { Broker, Granted } from '../broker/broker.ts';
import { LONGEST_INTENT_KEY } from '../config/constants.ts';
import { jsonBody, readSessionRequest } from './body.ts';
import { checkCaller, type Callers } from './callers.ts';
import { callerOf, exchangeOf } from './exchange.ts';
import { methodsAre } from './methods.ts';
import { Problem } from './problem.ts';

/** `POST /v1/sessions`: a grant for one session. `GET`: the caller's own. */
export function sessionRoutes(broker: Broker, callers: Callers): Router {
  const router = Router();
  router
    .route('/v1/sessions')
    .get(checkCaller(broker, callers, 'tend'), async (_request, response) => {
      response.json({ sessions: await broker.sessions(callerOf(response)) });
    })
    .post(checkCaller(broker, callers, 'ask'), ...jsonBody, async (request, response) => {
      const { preset: name, overrides } = readSessionRequest(request.body);
      const key = intentKeyIn(request);
      const { record, signal } = exchangeOf(response);
      const caller = callerOf(response);
      const preset = broker.find(caller, name);
      // Only now: before it was found, the name was any text of the caller's.
      record.preset = preset.name;
      record.vendor = preset.vendor;
      const startedAt = performance.now();
      const granted = await broker.grant({ caller, preset, overrides, key }, signal);
      response.setHeader('Server-Timing', timingOf(granted, performance.now() - startedAt));
      note(record, granted);
      if (response.closed) {
        await broker.abandon(granted);
        return;
      }
      response.once('close', () => {
        if (!response.writableFinished) void broker.abandon(granted);
      });
      if (granted.replayed) response.setHeader('Idempotency-Replayed', 'true');
      response.status(201).setHeader('Content-Type', 'application/json; charset=utf-8').end(granted.answer);
    })
    .all(methodsAre('GET, HEAD, POST'));
  return router;
}

/** How long it took, and whether the vendor had to be asked. */
function timingOf({ warm, replayed }: Granted, ms: number): string {
  return `grant;dur=${ms.toFixed(1)};desc="${replayed ? 'replayed' : warm ? 'warm' : 'cold'}"`;
}

function note(record: ReturnType<typeof exchangeOf>['record'], granted: Granted): void {
  record.session = granted.id;
  record.preset = granted.preset;
  record.vendor = granted.vendor;
  if (granted.replayed) record.replayed = true;
}

function intentKeyIn(request: Request): string | undefined {
  const key = request.get('idempotency-key');
  if (key === undefined) return undefined;
  if (key.length <= LONGEST_INTENT_KEY && /^[\x21-\x7e]+$/.test(key)) return key;
  throw new Problem(
    'invalid_body',
    `The Idempotency-Key must be 1 to ${LONGEST_INTENT_KEY} visible characters without spaces.`,
  );
}
