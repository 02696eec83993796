import { vendors, type Operations, type Vendor } from '../vendor.ts';
import { anam } from './anam.ts';
import { liveavatar } from './liveavatar.ts';
import type { OpenApiDocument, OperationObject } from './openapi.ts';
import { simli } from './simli.ts';

export const contracts: Readonly<Record<Vendor, OpenApiDocument>> = { simli, anam, liveavatar };

/** One operation of one vendor, as its contract names it. */
export interface ContractOperation {
  readonly vendor: Vendor;
  readonly operation: Operations[Vendor];
  readonly method: 'GET' | 'POST';
  /** The vendor's own path, with `{name}` for parameters. */
  readonly path: string;
}

const methods = { get: 'GET', post: 'POST' } as const;

const located: readonly { at: ContractOperation; object: OperationObject }[] = vendors.flatMap((vendor) =>
  Object.entries(contracts[vendor].paths).flatMap(([path, item]) =>
    (['get', 'post'] as const).flatMap((verb) => {
      const object = item[verb];
      if (!object) return [];
      // A test holds the documents' ids equal to the `Operations` type.
      const operation = object.operationId as Operations[Vendor];
      return [{ at: { vendor, operation, method: methods[verb], path }, object }];
    }),
  ),
);

export const operations: readonly ContractOperation[] = located.map(({ at }) => at);

/** The contract's own text on one operation; undefined when there is no such operation. */
export function findOperation(vendor: string, operation: string): OperationObject | undefined {
  return located.find(({ at }) => at.vendor === vendor && at.operation === operation)?.object;
}
