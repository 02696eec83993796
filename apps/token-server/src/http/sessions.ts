import { Router } from 'express';
import type { Broker } from '../broker/broker.ts';
import { jsonBody, readSessionRequest } from './body.ts';
import { exchangeOf } from './exchange.ts';
import { methodsAre } from './methods.ts';
import { Problem } from './problem.ts';

/** `POST /v1/sessions`: a grant for one session. */
export function sessionRoutes(broker: Broker): Router {
  const router = Router();
  router
    .route('/v1/sessions')
    .post(...jsonBody, async (request, response) => {
      const { preset } = readSessionRequest(request.body);
      const offer = broker.find(preset);
      if (offer === undefined) throw new Problem('preset_not_found', 'There is no preset of that name.');
      const { record, signal } = exchangeOf(response);
      // Only now: before it was found, the name was any text of the caller's.
      record.preset = offer.preset.name;
      record.vendor = offer.vendor.name;
      response.status(201).json(await broker.grant(offer, signal));
    })
    .all(methodsAre('POST'));
  return router;
}
