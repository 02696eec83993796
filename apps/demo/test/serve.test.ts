import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { serveDemo, type ServedDemo } from '../src/serve.ts';

let folder: string;
let demo: ServedDemo;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-page-'));
  await writeFile(join(folder, 'secret.txt'), 'outside');
  await mkdir(join(folder, 'page', 'assets'), { recursive: true });
  await writeFile(join(folder, 'page', 'index.html'), '<!doctype html>');
  await writeFile(join(folder, 'page', 'assets', 'a.js'), '1');
  demo = await serveDemo({
    tokenServerUrl: 'http://127.0.0.1:8787',
    sandbox: {
      simli: { baseUrl: 'http://127.0.0.1:4010/simli' },
      anam: { baseUrl: 'http://127.0.0.1:4010/anam' },
      liveavatar: { baseUrl: 'http://127.0.0.1:4010/liveavatar' },
    },
    root: join(folder, 'page'),
  });
});

afterAll(async () => {
  await demo.close();
  await rm(folder, { recursive: true });
});

test('the page may speak to the token server and the sandbox, and to nobody else', async () => {
  const { headers } = await fetch(demo.url);
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toContain(
    "connect-src 'self' http://127.0.0.1:8787 http://127.0.0.1:4010 ws://127.0.0.1:4010;",
  );
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe');
});

test('without a sandbox the vendors’ own addresses are let through', async () => {
  const production = await serveDemo({ tokenServerUrl: 'http://127.0.0.1:8787', root: join(folder, 'page') });
  const { headers } = await fetch(production.url);
  expect(headers.get('content-security-policy')).toContain('wss://api.simli.ai');
  expect(await (await fetch(`${production.url}/config.json`)).json()).toMatchObject({ vendors: {} });
  await production.close();
});

test('the configuration says where everything is', async () => {
  expect(await (await fetch(`${demo.url}/config.json`)).json()).toEqual({
    tokenServer: 'http://127.0.0.1:8787',
    vendors: {
      simli: 'ws://127.0.0.1:4010/simli',
      anam: 'http://127.0.0.1:4010/anam',
      liveavatar: 'http://127.0.0.1:4010/liveavatar',
    },
  });
});

test.each([
  ['/', 200, 'text/html; charset=utf-8'],
  ['/assets/a.js', 200, 'text/javascript; charset=utf-8'],
  ['/nothing', 404, 'text/plain; charset=utf-8'],
])('GET %s is %i', async (path, status, type) => {
  const answer = await fetch(`${demo.url}${path}`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([status, type]);
});

test.each([
  ['localhost:8787'],
  ['127.0.0.1:8787'],
  ['ws://127.0.0.1:8787'],
  ['/tokens'],
  [''],
  [undefined],
  ['http://127.0.0.1:8787/?key=1'],
  ['http://127.0.0.1:8787/#top'],
])('an address that no page could ask is refused by its name: %s', async (address) => {
  const given = address as string;
  const tokenServerUrl = 'http://127.0.0.1:8787';
  await expect(serveDemo({ tokenServerUrl: given })).rejects.toThrow(
    'tokenServerUrl: must be an address with http: or https:',
  );
  await expect(serveDemo({ tokenServerUrl, sandbox: { anam: { baseUrl: given } } })).rejects.toThrow(
    'sandbox.anam.baseUrl: must be an address with http: or https:',
  );
});

test('an address that holds a password is refused, and not quoted', async () => {
  const refused = serveDemo({ tokenServerUrl: 'https://me:hunter2@tokens.example.com' });
  await expect(refused).rejects.toThrow(/^tokenServerUrl: (?!.*hunter2).* without a user/);
});

test('a token server may be under a path', async () => {
  const tokenServerUrl = 'http://127.0.0.1:8787/base/';
  const served = await serveDemo({ tokenServerUrl, root: join(folder, 'page') });
  const answer = await fetch(`${served.url}/config.json`);
  expect(await answer.json()).toMatchObject({ tokenServer: tokenServerUrl });
  expect(answer.headers.get('content-security-policy')).toContain(
    "connect-src 'self' http://127.0.0.1:8787 ",
  );
  await served.close();
});

test('the folder may be named with a slash at its end', async () => {
  const served = await serveDemo({
    tokenServerUrl: 'http://127.0.0.1:8787',
    root: join(folder, 'page', '/'),
  });
  expect((await fetch(served.url)).status).toBe(200);
  await served.close();
});

test.each(['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets', '/%', '/%00', '//x'])(
  'no file but the page’s own: %s',
  async (path) => {
    expect(await rawStatus(path)).toBe(404);
  },
);

test('the caller’s token is made anew each time, and is in nothing else', async () => {
  let made = 0;
  const served = await serveDemo({
    tokenServerUrl: 'http://127.0.0.1:8787',
    callerToken: () => `proof-${(made += 1)}`,
    root: join(folder, 'page'),
  });
  const { callerToken } = (await (await fetch(`${served.url}/config.json`)).json()) as {
    callerToken: string;
  };
  const ask = (): Promise<Response> => fetch(new URL(callerToken, served.url));
  expect(await (await ask()).text()).toBe('proof-1');
  const { headers } = await ask();
  expect(made).toBe(2);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  expect(headers.get('access-control-allow-origin')).toBeNull();
  await served.close();
});

test('a token that cannot be made is said to whoever serves, and is no token', async () => {
  const told = vi.spyOn(console, 'error').mockReturnValue();
  const served = await serveDemo({
    tokenServerUrl: 'http://127.0.0.1:8787',
    callerToken: () => Promise.reject(new Error('the issuer is down')),
    root: join(folder, 'page'),
  });
  const answer = await fetch(`${served.url}/caller-token`);
  expect([answer.status, await answer.text()]).toEqual([503, 'There is no token\n']);
  expect(told).toHaveBeenCalledOnce();
  told.mockRestore();
  await served.close();
});

test('without a caller’s token there is no place to ask for one', async () => {
  expect((await fetch(`${demo.url}/caller-token`)).status).toBe(404);
});

test.each([
  ['127.0.0.1:1', 200],
  ['localhost', 200],
  ['demo.example.com', 421],
  ['127.0.0.1.example.com', 421],
])('a page that calls this server %s gets %i', async (host, status) => {
  expect(await rawStatus('/', { host })).toBe(status);
});

test('it takes nothing', async () => {
  const answer = await fetch(demo.url, { method: 'POST', body: 'x' });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

/** Without `fetch`, which tidies paths up before it sends them. */
function rawStatus(path: string, headers: Record<string, string> = {}): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(demo.url, { path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}
