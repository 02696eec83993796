import { Router } from 'express';
import type { Broker } from '../broker/broker.ts';
import { checkCaller, type Callers } from './callers.ts';
import { callerOf } from './exchange.ts';
import { methodsAre } from './methods.ts';

/** `GET /v1/presets`: what the caller may ask for. */
export function presetRoutes(broker: Broker, callers: Callers): Router {
  const router = Router();
  router
    .route('/v1/presets')
    .get(checkCaller(broker, callers, 'ask'), (_request, response) => {
      response.json({ presets: broker.presets(callerOf(response)) });
    })
    .all(methodsAre('GET, HEAD'));
  return router;
}
