import { once } from 'node:events';
import { request } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { Secret } from '@org/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, askForSession } from '../test/ask.ts';
import { PATHS, startFakeVendor, type FakeVendor } from '../test/fake-vendor.ts';
import { accountsAt, start } from '../test/start.ts';
import { startedHost } from '../test/started-host.ts';
import type { TokenServerConfig } from './config/config.ts';
import { NO_LIMITS } from './config/limits.ts';
import type { Preset } from './config/presets.ts';
import { createTokenServer } from './server.ts';

let vendor: FakeVendor;
const base: TokenServerConfig = {
  host: '127.0.0.1',
  port: 0,
  dev: true,
  logLevel: 'silent',
  accounts: {},
  presets: [],
};
const guide: Preset = {
  name: 'guide',
  vendor: 'anam',
  description: undefined,
  caps: { maxSessionSeconds: 600 },
  request: { personaConfig: { avatarId: 'x', maxSessionLengthSeconds: 600 } },
};

beforeAll(async () => {
  vendor = await startFakeVendor();
});
afterAll(() => vendor[Symbol.asyncDispose]());

test('is not made without a caller check, unless it is for development on loopback', () => {
  expect(() => createTokenServer({ ...base, dev: false })).toThrow('start it with --dev');
  expect(() => createTokenServer({ ...base, host: '0.0.0.0' })).toThrow('HOST must be a loopback address');
});

test('is not made with a key or an address that cannot work, and repeats neither', () => {
  const accounts = {
    simli: { apiKey: new Secret('"quoted-key"'), baseUrl: undefined },
    anam: { apiKey: new Secret('good-key'), baseUrl: 'http://api.example.com' },
  };
  expect(() => createTokenServer({ ...base, accounts })).toThrow(
    'SIMLI_API_KEY has quotes around it; give the key alone.\n' +
      'ANAM_BASE_URL must be https: over http, everybody on the way could read the key.',
  );
});

test('is not made with a preset whose vendor has no account', () => {
  const preset = {
    name: 'a',
    vendor: 'simli',
    description: undefined,
    caps: { maxSessionSeconds: 1 },
    request: {},
  } as const;
  expect(() => createTokenServer({ ...base, presets: [preset] })).toThrow(
    'preset a names simli, which is not open',
  );
});

test('tells of a port that it cannot have', async () => {
  await using first = await start(accountsAt(vendor.url));
  await expect(createTokenServer({ ...base, port: first.port }).listen()).rejects.toThrow(
    `Port ${first.port} of 127.0.0.1 is taken: choose another with --port, for example --port 0 for any free one.`,
  );
  await expect(createTokenServer({ ...base, host: '127.0.0.999' }).listen()).rejects.toThrow(
    /^It cannot listen on port 0 of 127\.0\.0\.999 \(\w+\): choose another with --port or HOST\.$/,
  );
});

test('names its address, also an IPv6 one', async () => {
  const server = createTokenServer({ ...base, host: '::1' });
  const { url, port } = await server.listen();
  expect(url).toBe(`http://[::1]:${port}`);
  await server.close();
});

test('warns that callers are not checked, then says where it listens', async () => {
  await using started = await start(accountsAt(vendor.url));
  expect(started.lines.map((line): unknown => JSON.parse(line))).toMatchObject([
    { level: 'warn', msg: expect.stringContaining('callers are not checked') as string },
    { level: 'info', msg: 'listening', url: started.url },
  ]);
});

test('when told to end, answers who waits for a vendor, and is not ready meanwhile', async () => {
  const { server, url, port } = await start(accountsAt(vendor.url));
  vendor.answer(PATHS.anam, 'hang');
  const waiting = askForSession(url, { preset: 'anam-guide' });
  await vendor.untilAsked(PATHS.anam);
  const late = connect(port, '127.0.0.1');
  late.write('GET /readyz HTTP/1.1\r\n');
  await wait(20);

  const closed = server.close();
  late.write('Host: localhost\r\n\r\n');
  expect(await text(late)).toMatch(/^HTTP\/1\.1 503 [^]*connection: close[^]*"draining"/i);
  await expect(fetch(url)).rejects.toThrow();
  vendor.release();
  expect((await waiting).status).toBe(201);
  await closed;
});

test('when told to end, ends its sessions while a vendor of another one hangs', async () => {
  const id = '6f1f3c1e-7a52-4b43-9d0a-1b7d6f4e2a11';
  vendor.answer(PATHS.anam, 'well');
  vendor.answer(`/v1/sessions/${id}`, { body: { id } });
  vendor.answer(`/v1/sessions/${id}/stop`, { body: {} });
  const { server, url } = await start(accountsAt(vendor.url), { presets: [startedHost, guide] });
  const { json } = await askForSession(url, { preset: 'guide' });
  const granted = `${url}/v1/sessions/${(json as { id: string }).id}`;
  await ask(`${granted}/heartbeat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ vendorSessionId: id }),
  });
  await expect.poll(async () => (await ask(granted)).json).toMatchObject({ canStop: true });
  vendor.answer(PATHS.start, 'hang');
  const caller = request(`${url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  caller.on('error', () => undefined).end('{"preset":"host"}');
  await vendor.untilAsked(PATHS.start);
  caller.destroy();

  const closed = server.close();
  const stops = (): number => vendor.asked.filter(({ path }) => path.endsWith(`${id}/stop`)).length;
  await expect.poll(stops, { timeout: 5_000 }).toBe(1);
  vendor.release();
  vendor.answer(PATHS.start, 'well');
  await closed;
  expect(stops()).toBe(1);
  expect(vendor.asked.at(-1)?.path).toBe(PATHS.stop);
});

test('sees what changes in its files while it waits for Redis', async () => {
  // It accepts connections and never answers.
  const redis = createServer().listen(0, '127.0.0.1');
  await once(redis, 'listening');
  const { port } = redis.address() as AddressInfo;
  const folder = await mkdtemp(join(tmpdir(), 'reload-'));
  const presetsFile = join(folder, 'presets.yaml');
  await writeFile(presetsFile, 'first');
  let reads = 0;
  const again = (): Promise<never> => {
    reads++;
    return Promise.reject(new Error('read'));
  };
  const value = { presets: [], limits: NO_LIMITS, killSwitch: new Set<never>() };
  const reload = { presets: { file: presetsFile, text: 'first', value, again } };
  const url = new Secret(`redis://127.0.0.1:${port}`);
  const waiting = start(accountsAt(vendor.url), { reload, redis: { url, prefix: 'x', whenDown: 'local' } });
  await wait(500);
  await writeFile(presetsFile, 'changed');
  // Once for the change, and once for what may have changed before anybody watched.
  await expect.poll(() => reads, { timeout: 8_000 }).toBe(2);
  await (await waiting)[Symbol.asyncDispose]();
  redis.close();
  await rm(folder, { recursive: true });
}, 20_000);
