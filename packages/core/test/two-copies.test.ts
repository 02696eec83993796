import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type * as Core from '../src/index.node.ts';
import type * as Errors from '../src/errors-entry.ts';
import { KEY, TOKEN } from './acme.ts';
import { PROMPT } from './calling.ts';
import { dist } from './dist.ts';
import { json, serve, status } from './local-server.ts';

// What happens in a tree where one package imports core and another requires it: two copies of everything.
const load = createRequire(import.meta.url);
const esm = (await import(/* @vite-ignore */ pathToFileURL(dist('index.node.js')).href)) as typeof Core;
const cjs = load(dist('index.node.cjs')) as typeof Core;
const errorsEsm = (await import(/* @vite-ignore */ pathToFileURL(dist('errors.js')).href)) as typeof Errors;
const errorsCjs = load(dist('errors.cjs')) as typeof Errors;

const PAIRS: readonly (readonly [string, typeof Errors, typeof Errors])[] = [
  ['CommonJS errors seen by ESM', cjs, esm],
  ['ESM errors seen by CommonJS', esm, cjs],
  ['CommonJS errors seen by the ESM of ./errors', cjs, errorsEsm],
  ['ESM errors seen by the CommonJS of ./errors', esm, errorsCjs],
];

const DETAILS = { code: 'rate_limited', message: 'acme: answered 429', vendor: 'acme' } as const;

describe('the two builds', () => {
  it('are two copies indeed', () => {
    expect(esm.AvatarError).not.toBe(cjs.AvatarError);
    expect(esm.Secret).not.toBe(cjs.Secret);
    expect(esm.RetryBudget).not.toBe(cjs.RetryBudget);
  });

  it('export the same names', () => {
    expect(Object.keys(cjs).sort()).toEqual(Object.keys(esm).sort());
    expect(Object.keys(errorsCjs).sort()).toEqual(Object.keys(errorsEsm).sort());
  });

  it('share the classes with their own ./errors', () => {
    expect(errorsEsm.AvatarError).toBe(esm.AvatarError);
    expect(errorsCjs.AvatarError).toBe(cjs.AvatarError);
  });
});

describe.each(PAIRS)('%s', (_, theirs, ours) => {
  const error: unknown = new theirs.RateLimitError(DETAILS);

  it('are told by instanceof, isInstance and isAvatarError', () => {
    expect(error instanceof ours.AvatarError).toBe(true);
    expect(error instanceof ours.RateLimitError).toBe(true);
    expect(error instanceof ours.TimeoutError).toBe(false);
    expect(ours.RateLimitError.isInstance(error)).toBe(true);
    expect(ours.TimeoutError.isInstance(error)).toBe(false);
    expect(ours.isAvatarError(error)).toBe(true);
    expect(ours.isAvatarError(error, 'rate_limited')).toBe(true);
    expect(ours.isAvatarError(error, 'timeout')).toBe(false);
  });

  it('print as their own', () => {
    expect(inspect(error)).toContain("code: 'rate_limited'");
  });
});

describe.each([
  ['ESM, given what CommonJS made', esm, cjs],
  ['CommonJS, given what ESM made', cjs, esm],
] as const)('a caller of %s', (_, ours, theirs) => {
  it('takes Secret, RetryBudget, vendor and operation, and its errors are known to both', async () => {
    const z = await import('zod/mini');
    const vendor = theirs.defineVendor({
      name: 'acme',
      baseUrl: 'https://api.acme.example',
      apiKeyVariable: 'ACME_API_KEY',
      apiKeyHeader: (key) => ['x-acme-key', key],
      read: ({ ok, body }) => (ok ? { data: body } : { refusal: {} }),
    });
    const mint = theirs.defineOperation({
      id: 'tokens.mint',
      method: 'POST',
      path: '/v1/tokens',
      credential: 'api_key',
      sends: 'json',
      repeat: 'safe',
      documentation: 'none',
      request: theirs.requestCheck<{ face: string }>()(z.strictObject({ face: z.string() })),
      answer: theirs.answerCheck<{ token: string }>()(theirs.answerObject({ token: z.string() })),
    });
    const retryBudget = new theirs.RetryBudget(5);
    const server = await serve(status(503), json(TOKEN), status(503));
    const options = { apiKey: new theirs.Secret(KEY), baseUrl: server.origin, retryBudget };
    const caller = ours.createCaller(vendor, options, PROMPT);
    const asking = ours.createCaller(vendor, { ...options, apiKey: () => new theirs.Secret(KEY) }, PROMPT);

    expect(await caller.call(mint, { face: 'a' })).toEqual(TOKEN);
    expect(retryBudget.tokens).toBe(5);
    const failed: unknown = await asking.call(mint, { face: 'a' }).catch((error: unknown) => error);
    expect(ours.isAvatarError(failed, 'vendor_unavailable')).toBe(true);
    expect(theirs.isAvatarError(failed, 'vendor_unavailable')).toBe(true);
    expect(retryBudget.tokens).toBe(0);
    expect(new Set(server.received.map(({ headers }) => headers['x-acme-key']))).toEqual(new Set([KEY]));
    await Promise.all([caller.close(), asking.close()]);
  });
});
