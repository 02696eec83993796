import { Router } from 'express';
import { methodsAre } from './methods.ts';

/** `GET /healthz`: the process answers. `GET /readyz`: it also takes new work. A vendor's outage is neither. */
export function healthRoutes(isDraining: () => boolean): Router {
  const router = Router();
  router
    .route('/healthz')
    .get((_request, response) => {
      response.json({ status: 'alive' });
    })
    .all(methodsAre('GET, HEAD'));
  router
    .route('/readyz')
    .get((_request, response) => {
      const draining = isDraining();
      response.status(draining ? 503 : 200).json({ status: draining ? 'draining' : 'ready' });
    })
    .all(methodsAre('GET, HEAD'));
  return router;
}
