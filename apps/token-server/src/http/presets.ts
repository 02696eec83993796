import { Router } from 'express';
import type { Broker } from '../broker/broker.ts';
import { methodsAre } from './methods.ts';

/** `GET /v1/presets`: what there is to ask for. */
export function presetRoutes(broker: Broker): Router {
  const router = Router();
  router
    .route('/v1/presets')
    .get((_request, response) => {
      response.json({ presets: broker.presets() });
    })
    .all(methodsAre('GET, HEAD'));
  return router;
}
