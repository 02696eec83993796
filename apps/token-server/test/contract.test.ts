import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NO_LIMITS } from '../src/config/limits.ts';
import { openApi, type OpenApi, type Operation } from '../src/http/openapi.ts';
import { ask, type Reply } from './ask.ts';
import { startFakeVendor, type FakeVendor } from './fake-vendor.ts';
import { bearer, startIssuer, type Issuer } from './issuer.ts';
import { accountsAt, start, type Started } from './start.ts';

let vendor: FakeVendor;
let issuer: Issuer;
let started: Started;
let contract: OpenApi;
let headers: Record<string, string>;

beforeAll(async () => {
  vendor = await startFakeVendor();
  issuer = await startIssuer();
  started = await start(accountsAt(vendor.url), { dev: false, callers: issuer.callers, limits: NO_LIMITS });
  contract = (await ask(`${started.url}/openapi.json`)).json as OpenApi;
  headers = { ...bearer(await issuer.token()), 'content-type': 'application/json' };
});
afterAll(async () => {
  await started[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
  await vendor[Symbol.asyncDispose]();
});

/** The same schemas, without room for a field that they do not name: an answer may hold nothing undocumented. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const inside = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, closed(one)]));
  return 'properties' in value ? { additionalProperties: false, ...inside } : inside;
}

function checkOf(schema: object): ValidateFunction {
  const ajv = new Ajv2020({
    strict: true,
    strictTypes: false,
    formats: {
      uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
      'date-time': (text: string) => new Date(text).toISOString() === text,
    },
    schemas: [{ $id: 'contract', ...(closed({ components: contract.components }) as object) }],
    keywords: ['components', 'openapi'],
  });
  const { $ref } = schema as { $ref?: string };
  return ajv.compile($ref === undefined ? (closed(schema) as object) : { $ref: `contract${$ref}` });
}

/** Holds an answer against what the contract says of it. */
function hold(operation: Operation | undefined, { status, headers: sent, text, json }: Reply): void {
  const response = operation?.responses[status] ?? operation?.responses['default'];
  expect(response, `${status} is in the contract`).toBeDefined();
  const [[type, content] = []] = Object.entries(response?.content ?? {});
  if (type === undefined || content === undefined) {
    expect(text).toBe('');
    return;
  }
  expect(sent['content-type']).toContain(type);
  if (!type.endsWith('json')) return;
  const check = checkOf(content.schema);
  expect([check(json), check.errors]).toEqual([true, null]);
}

const at = (path: string, method: 'get' | 'post' | 'delete'): Operation | undefined =>
  contract.paths[path]?.[method];

test('is served as it is made', () => {
  expect(contract).toEqual(JSON.parse(JSON.stringify(openApi('0.0.0'))));
});

test('names every route and method that answers, and no other', async () => {
  for (const [path, operations] of Object.entries(contract.paths)) {
    const url = started.url + path.replace('{id}', '6f1f3c1e-7a52-4b43-9d0a-1b7d6f4e2a11');
    const reply = await ask(url, { method: 'PATCH' });
    const methods = Object.keys(operations).filter((name) => name !== 'parameters');
    const allowed = String(reply.headers.allow).replace('HEAD, ', '').replace(', HEAD', '').split(', ');
    expect([path, methods.map((name) => name.toUpperCase()).sort()]).toEqual([path, allowed.sort()]);
  }
});

test('has no reference that leads nowhere, and schemas that are such', () => {
  const text = JSON.stringify(contract);
  for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    expect(Object.keys(contract.components.schemas)).toContain(name);
  }
  for (const name of Object.keys(contract.components.schemas)) {
    expect(() => checkOf({ $ref: `#/components/schemas/${name}` })).not.toThrow();
  }
});

test.each(['simli-greeter', 'anam-guide', 'liveavatar-host'])(
  'holds for all that is answered about a session of %s',
  async (preset) => {
    const url = `${started.url}/v1/sessions`;
    const body = JSON.stringify({ preset });
    const minted = await ask(url, { method: 'POST', headers, body });
    expect(minted.status).toBe(201);
    hold(at('/v1/sessions', 'post'), minted);
    const { id, endToken } = minted.json as { id: string; endToken: string };
    hold(at('/v1/sessions', 'get'), await ask(url, { headers }));
    hold(at('/v1/sessions/{id}', 'get'), await ask(`${url}/${id}`, { headers }));
    hold(
      at('/v1/sessions/{id}/heartbeat', 'post'),
      await ask(`${url}/${id}/heartbeat`, { method: 'POST', headers }),
    );
    hold(
      at('/v1/sessions/{id}/first-frame', 'post'),
      await ask(`${url}/${id}/first-frame`, { method: 'POST', body: `${endToken} 900` }),
    );
    hold(at('/v1/sessions/{id}', 'delete'), await ask(`${url}/${id}`, { method: 'DELETE', headers }));
    hold(
      at('/v1/sessions/{id}/end', 'post'),
      await ask(`${url}/${id}/end`, { method: 'POST', body: endToken }),
    );
    hold(at('/v1/sessions/{id}', 'get'), await ask(`${url}/${id}`, { headers }));
  },
);

test('holds for what needs no session, and for problems', async () => {
  for (const path of ['/v1/presets', '/healthz', '/readyz', '/openapi.json', '/docs'] as const) {
    const reply = await askAnything(path);
    expect(reply.status).toBe(200);
    hold(at(path, 'get'), reply);
  }
  const post = at('/v1/sessions', 'post');
  for (const body of [
    '{',
    '{"preset":7}',
    '{"preset":"nobody"}',
    '{"preset":"anam-guide","overrides":{"x":1}}',
  ]) {
    const reply = await ask(`${started.url}/v1/sessions`, { method: 'POST', headers, body });
    expect(reply.status).toBeGreaterThanOrEqual(400);
    hold(post, reply);
  }
  hold(at('/v1/sessions', 'get'), await ask(`${started.url}/v1/sessions`));
});

test('holds for what a server in development refuses, of every route', async () => {
  await using dev = await start(accountsAt(vendor.url));
  for (const [path, operations] of Object.entries(contract.paths)) {
    const url = dev.url + path.replace('{id}', '6f1f3c1e-7a52-4b43-9d0a-1b7d6f4e2a11');
    for (const method of ['get', 'post', 'delete'] as const) {
      const operation = operations[method];
      if (operation === undefined) continue;
      const reply = await ask(url, { method: method.toUpperCase(), headers: { host: 'evil.example.com' } });
      expect([path, method, reply.status]).toEqual([path, method, 403]);
      hold(operation, reply);
    }
  }
});

test.each([
  ['{"preset":"a"}', true],
  ['{"preset":"a","overrides":{"x":{"y":1}}}', true],
  ['{"preset":""}', false],
  ['{"preset":7}', false],
  ['{}', false],
  ['{"preset":"a","more":1}', false],
  ['{"preset":"a","overrides":[]}', false],
])('says of the body %s what the server says', async (body, taken) => {
  const { requestBody } = at('/v1/sessions', 'post') ?? {};
  const { content } = requestBody as { content: { 'application/json': { schema: object } } };
  expect(checkOf(content['application/json'].schema)(JSON.parse(body))).toBe(taken);
  const { json } = await ask(`${started.url}/v1/sessions`, { method: 'POST', headers, body });
  expect((json as { code: string }).code === 'invalid_body').toBe(!taken);
});

test('can be read as a page that loads nothing and runs nothing', async () => {
  const { text, headers: sent } = await askAnything('/docs');
  for (const path of Object.keys(contract.paths)) expect(text).toContain(path);
  for (const name of Object.keys(contract.components.schemas)) expect(text).toContain(`id="${name}"`);
  expect(text).not.toMatch(/<script|<img|<link|https?:/);
  expect(String(sent['content-security-policy'])).toContain("default-src 'self'");
});

/** A page is no JSON. */
async function askAnything(path: string): Promise<Reply> {
  const response = await fetch(started.url + path, { headers });
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text,
    json: type.includes('json') ? (JSON.parse(text) as unknown) : undefined,
  };
}
