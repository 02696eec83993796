import { violations, type RequestParts } from './contracts/check.ts';
import type { Operations, Vendor } from './vendor.ts';

export type { RequestParts } from './contracts/check.ts';
export type {
  JsonContent,
  OpenApiDocument,
  OperationObject,
  ParameterObject,
  SecurityRequirement,
  SecurityScheme,
} from './contracts/openapi.ts';
export type { ContractOperation } from './contracts/operations.ts';
export { contracts, operations } from './contracts/operations.ts';
export type { Schema } from './contracts/schema.ts';
export type { Operations, Vendor } from './vendor.ts';

/** One thing that a vendor would refuse: where (`body.voice_agent.id`, `query.page`), and why. */
export interface ContractIssue {
  readonly path: string;
  readonly message: string;
}

/**
 * What `vendor` would refuse in this request, as its documents have it; empty when it would accept.
 * The body is judged as it would arrive: `undefined` is absent, and `NaN` is the `null` that JSON makes of it.
 */
export function checkRequest<V extends Vendor>(
  vendor: V,
  operation: Operations[V],
  request: RequestParts,
): ContractIssue[] {
  const sent = onTheWire(request.body);
  if ('problem' in sent) return [{ path: 'body', message: sent.problem }];
  return violations(vendor, operation, { ...request, body: sent.body }).map(({ location, message }) => ({
    path: location.join('.'),
    message,
  }));
}

function onTheWire(body: unknown): { body: unknown } | { problem: string } {
  if (body === undefined) return { body };
  try {
    // A function or a symbol has no JSON: stringify then gives undefined, whatever its declaration says.
    const text = JSON.stringify(body) as string | undefined;
    return { body: text === undefined ? undefined : JSON.parse(text) };
  } catch {
    return { problem: 'cannot be written as JSON' };
  }
}
