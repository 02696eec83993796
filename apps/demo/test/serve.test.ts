import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
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

test.each(['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets', '/%', '/%00', '//x'])(
  'no file but the page’s own: %s',
  async (path) => {
    expect(await rawStatus(path)).toBe(404);
  },
);

test('it takes nothing', async () => {
  const answer = await fetch(demo.url, { method: 'POST', body: 'x' });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

/** Without `fetch`, which tidies paths up before it sends them. */
function rawStatus(path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(demo.url, { path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}
