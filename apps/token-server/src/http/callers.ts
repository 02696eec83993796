import type { Request, RequestHandler } from 'express';
import type { Broker } from '../broker/broker.ts';
import { DEV_CALLER, type Caller } from '../broker/caller.ts';
import { LONGEST_PROOF } from '../config/constants.ts';
import type { RequestKind } from '../broker/leash.ts';
import { addressGroup } from './address.ts';
import { exchangeOf } from './exchange.ts';
import type { JwtCallers } from './jwt-callers.ts';
import { Problem } from './problem.ts';
import { SERVICE_KEY_PREFIX, type ServiceKeyCallers } from './service-key-callers.ts';

/** How callers prove who they are; neither, and everybody is the caller of a server in development. */
export interface Callers {
  readonly jwt?: JwtCallers | undefined;
  readonly keys?: ServiceKeyCallers | undefined;
}

/** Lets nobody on who has not proved who they are, or who asks too often. */
export function checkCaller(broker: Broker, callers: Callers, kind: RequestKind): RequestHandler {
  return async (request, response, next) => {
    const exchange = exchangeOf(response);
    const address = addressGroup(request.ip ?? '');
    try {
      exchange.caller = await callerOf(callers, request);
    } catch (error) {
      // Whoever tries proofs is slowed down like whoever asks too often.
      await broker.countRequest('stranger', { address });
      throw error;
    }
    exchange.record.caller = exchange.caller.id;
    await broker.countRequest(kind, { caller: exchange.caller.id, address });
    next();
  };
}

async function callerOf({ jwt, keys }: Callers, request: Request): Promise<Caller> {
  if (jwt === undefined && keys === undefined) return DEV_CALLER;
  const proof = proofIn(request);
  if (keys !== undefined && proof.startsWith(SERVICE_KEY_PREFIX)) {
    const caller = keys.callerOf(proof);
    if (caller !== undefined) return caller;
  } else if (jwt !== undefined) return jwt.callerOf(proof);
  throw new Problem('unauthorized', 'The key is not one that this server knows.');
}

function proofIn({ headers: { authorization } }: Request): string {
  if (authorization === undefined) {
    throw new Problem('unauthorized', 'The request does not say who calls: it has no Authorization header.');
  }
  const [, proof] = /^Bearer +([\w.~+/=-]+)$/i.exec(authorization.slice(0, LONGEST_PROOF + 9)) ?? [];
  if (proof === undefined || proof.length > LONGEST_PROOF) {
    throw new Problem(
      'unauthorized',
      'The Authorization header holds no "Bearer" and token, or too long a one.',
    );
  }
  return proof;
}
