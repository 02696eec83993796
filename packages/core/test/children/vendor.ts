import type * as Core from '../../src/index.node.ts';

export type Door = typeof Core;

/** The build that this process was told to use. */
export async function loadDoor(): Promise<Door> {
  return (await import(process.argv[2] ?? '')) as Door;
}

/** A vendor and an operation, made by the build itself. */
export function mintAt(
  { defineVendor, defineOperation, createCaller }: Door,
  options: Core.ClientOptions = {},
): {
  call: (options?: Core.CallOptions) => Promise<unknown>;
  warmUp: () => Promise<boolean>;
} {
  const vendor = defineVendor({
    name: 'acme',
    baseUrl: 'https://api.acme.example',
    apiKeyVariable: 'ACME_API_KEY',
    apiKeyHeader: (key) => ['x-acme-key', key],
    read: ({ ok, body }) => (ok ? { data: body } : { refusal: {} }),
  });
  const mint = defineOperation<object, unknown>({
    id: 'tokens.mint',
    method: 'POST',
    path: '/v1/tokens',
    credential: 'api_key',
    sends: 'json',
    repeat: 'safe',
    documentation: 'none',
    request: {
      issuesOf: () => [],
      '~standard': { version: 1, vendor: 'none', validate: () => ({ value: {} }) },
    },
    answer: { read: (data) => ({ data }), driftOf: () => [] },
  });
  // Chance says 0, so that no wait is longer than it must be.
  const runtime = { now: () => performance.now(), random: () => 0 };
  const apiKey = (): Promise<string> => Promise.resolve('acme-key-1');
  const caller = createCaller(vendor, { apiKey, baseUrl: process.argv[3], ...options }, runtime);
  return { call: (options) => caller.call(mint, {}, options), warmUp: () => caller.warmUp() };
}
