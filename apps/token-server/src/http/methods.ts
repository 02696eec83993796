import type { RequestHandler } from 'express';
import { Problem } from './problem.ts';

/** The last handler of a route: any other method than those before it. */
export function methodsAre(allowed: string): RequestHandler {
  return () => {
    throw new Problem('method_not_allowed', `This route takes ${allowed}.`, { Allow: allowed });
  };
}
