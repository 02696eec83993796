import { operations, type ContractOperation } from '../contracts/operations.ts';
import type { Vendor } from '../vendor.ts';

export type Route =
  | { readonly operation: ContractOperation; readonly path: Readonly<Record<string, string>> }
  | { readonly refused: 404 | 405 };

const patterns = operations.map((operation) => ({
  operation,
  // A literal path beats one with a parameter: `/v1/sessions/token` is no session id.
  literal: !operation.path.includes('{'),
  pattern: new RegExp(`^${operation.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}));
patterns.sort((a, b) => Number(b.literal) - Number(a.literal));

/** Paths that the vendor has and the sandbox has not, and that would pass for an id's. */
const unserved: Readonly<Partial<Record<Vendor, readonly string[]>>> = {
  anam: ['/v1/sessions/concurrency', '/v1/sessions/analytics'],
};

/** The vendor's operation at this path, or the status with which there is none. */
export function route(vendor: Vendor, method: string, path: string): Route {
  if (unserved[vendor]?.includes(path)) return { refused: 404 };
  const matching = patterns.filter(
    ({ operation, pattern }) => operation.vendor === vendor && pattern.test(path),
  );
  const literal = matching.some((match) => match.literal);
  const candidates = matching.filter((match) => match.literal === literal);
  const found = candidates.find(({ operation }) => operation.method === method);
  if (!found) return { refused: candidates.length > 0 ? 405 : 404 };
  const named = Object.entries(found.pattern.exec(path)?.groups ?? {});
  return {
    operation: found.operation,
    path: Object.fromEntries(named.map(([name, value]) => [name, decoded(value)])),
  };
}

/** The methods that this path answers to, for a preflight. */
export function methodsAt(vendor: Vendor, path: string): readonly string[] {
  return (['GET', 'POST'] as const).filter((method) => 'operation' in route(vendor, method, path));
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
