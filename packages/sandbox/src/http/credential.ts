import type { IncomingHttpHeaders } from 'node:http';
import type { SecurityScheme } from '../contracts/openapi.ts';
import { contracts, findOperation } from '../contracts/operations.ts';
import type { Vendor } from '../vendor.ts';
import type { Credential } from '../vendors/emulation.ts';

/** What the contract's security asks for and the headers hold: `none` when it asks for nothing. */
export function credentialOf(
  vendor: Vendor,
  operation: string,
  headers: IncomingHttpHeaders,
): Credential | 'none' | undefined {
  const contract = contracts[vendor];
  const alternatives = findOperation(vendor, operation)?.security ?? contract.security;
  if (alternatives.length === 0) return 'none';
  const names = alternatives.flatMap((alternative) => Object.keys(alternative));
  for (const name of names) {
    const scheme = contract.components.securitySchemes[name];
    const value = scheme && valueOf(scheme, headers);
    if (value) return { scheme: name, value };
  }
  return undefined;
}

function valueOf(scheme: SecurityScheme, headers: IncomingHttpHeaders): string | undefined {
  if (scheme.type === 'apiKey') return String(headers[scheme.name] ?? '').trim();
  return /^bearer\s+(.+)$/i.exec(headers.authorization ?? '')?.[1]?.trim();
}
