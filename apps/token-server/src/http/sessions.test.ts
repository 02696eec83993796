import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ask, askForSession } from '../../test/ask.ts';
import {
  ICE_SERVERS,
  PATHS,
  SESSION_ID,
  startFakeVendor,
  TOKENS,
  type FakeVendor,
} from '../../test/fake-vendor.ts';
import { accountsAt, start, type Started } from '../../test/start.ts';

let vendor: FakeVendor;
let started: Started;

beforeAll(async () => {
  vendor = await startFakeVendor();
  started = await start(accountsAt(vendor.url));
});
afterAll(async () => {
  await started[Symbol.asyncDispose]();
  await vendor[Symbol.asyncDispose]();
});

const id = expect.stringMatching(/^[0-9a-f-]{36}$/) as string;
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string;
const endToken = expect.stringMatching(/^[\w-]{32}$/) as string;

describe('a grant', () => {
  test('of Simli holds the ICE servers', async () => {
    const { status, json, headers } = await askForSession(started.url, { preset: 'simli-greeter' });
    expect(status).toBe(201);
    expect(headers['cache-control']).toBe('no-store');
    expect(json).toEqual({
      id,
      vendor: 'simli',
      preset: 'simli-greeter',
      token: TOKENS.simli,
      connect: { iceServers: ICE_SERVERS },
      limits: { maxSessionSeconds: 600, idleSeconds: 60 },
      capabilities: { stop: false, keepAlive: false },
      redeemBy: time,
      endToken,
    });
  });

  test('of Anam says when the token expires', async () => {
    const { json } = await askForSession(started.url, { preset: 'anam-guide' });
    expect(json).toEqual({
      id,
      vendor: 'anam',
      preset: 'anam-guide',
      token: TOKENS.anam,
      expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
      connect: {},
      limits: { maxSessionSeconds: 600 },
      capabilities: { stop: false, keepAlive: false },
      redeemBy: time,
      endToken,
    });
  });

  test('of LiveAvatar names mode and session', async () => {
    const { json } = await askForSession(started.url, { preset: 'liveavatar-host' });
    expect(json).toEqual({
      id,
      vendor: 'liveavatar',
      preset: 'liveavatar-host',
      token: TOKENS.liveavatar,
      connect: { mode: 'FULL', session_id: SESSION_ID },
      limits: { maxSessionSeconds: 600 },
      capabilities: { stop: true, keepAlive: true },
      redeemBy: time,
      endToken,
    });
  });

  test('has an id of its own each time', async () => {
    const bodies = await Promise.all([1, 2].map(() => askForSession(started.url, { preset: 'anam-guide' })));
    const [first, second] = bodies.map(({ json }) => (json as { id: string }).id);
    expect(first).not.toBe(second);
  });

  test('is logged without what it holds', async () => {
    const { headers } = await askForSession(started.url, { preset: 'anam-guide' });
    expect(started.lastRequest()).toEqual({
      level: 'info',
      time: expect.any(String) as string,
      pid: process.pid,
      hostname: expect.any(String) as string,
      request_id: headers['x-request-id'],
      method: 'POST',
      route: '/v1/sessions',
      status: 201,
      ms: expect.any(Number) as number,
      caller: 'dev',
      session: id,
      preset: 'anam-guide',
      vendor: 'anam',
      msg: 'request',
    });
  });
});

describe('a bad request', () => {
  const json = { 'content-type': 'application/json' };
  const big = JSON.stringify({ preset: 'x'.repeat(17 * 1024) });

  test.each([
    ['an unknown preset', '{"preset":"nobody"}', json, 404, 'preset_not_found', 'no preset of that name'],
    ['a name from the prototype', '{"preset":"constructor"}', json, 404, 'preset_not_found', 'no preset'],
    ['no body', undefined, json, 400, 'invalid_body', 'no body'],
    ['no body and no type', undefined, {}, 400, 'invalid_body', 'no body'],
    ['an empty object', '{}', json, 400, 'invalid_body', 'preset is required'],
    ['an empty name', '{"preset":""}', json, 400, 'invalid_body', 'preset must not be empty'],
    [
      'a number for a name',
      '{"preset":7}',
      json,
      400,
      'invalid_body',
      'preset must be a string, not a number',
    ],
    ['a misspelt field', '{"prest":"x"}', json, 400, 'invalid_body', 'did you mean "preset"?'],
    [
      'overrides',
      '{"preset":"anam-guide","overrides":{"personaConfig.name":"Ada"}}',
      json,
      400,
      'override_refused',
      'overrides is not allowed by this preset',
    ],
    [
      '__proto__',
      '{"preset":"anam-guide","__proto__":{"a":1}}',
      json,
      400,
      'invalid_body',
      '__proto__ is not a field',
    ],
    ['an array', '[]', json, 400, 'invalid_body', 'the body must be an object, not an array'],
    ['null', 'null', json, 400, 'invalid_body', 'the body must be an object, not null'],
    ['a string', '"secret"', json, 400, 'invalid_body', 'the body must be an object, not a string'],
    ['bad JSON', '{"preset":', json, 400, 'invalid_body', 'not valid JSON'],
    [
      'text',
      '{"preset":"x"}',
      { 'content-type': 'text/plain' },
      415,
      'unsupported_media_type',
      'application/json',
    ],
    [
      'a form',
      'preset=x',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'unsupported_media_type',
      '',
    ],
    ['no type', '{"preset":"x"}', {}, 415, 'unsupported_media_type', 'application/json'],
    [
      'a compressed body',
      'x',
      { ...json, 'content-encoding': 'gzip' },
      415,
      'unsupported_media_type',
      'compressed',
    ],
    [
      'another charset',
      '{}',
      { 'content-type': 'application/json; charset=x' },
      415,
      'unsupported_media_type',
      'UTF-8',
    ],
    ['17 KiB', big, json, 413, 'body_too_large', '16384 bytes'],
  ])('%s', async (_what, body, headers, status, code, detail) => {
    const asked = vendor.asked.length;
    const reply = await ask(`${started.url}/v1/sessions`, {
      method: 'POST',
      headers,
      ...(body !== undefined && { body }),
    });
    expect(reply.status).toBe(status);
    expect(reply.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(reply.json).toMatchObject({
      type: `urn:problem-type:token-server:${code}`,
      title: expect.any(String) as string,
      status,
      code,
      detail: expect.stringContaining(detail) as string,
      request_id: reply.headers['x-request-id'],
    });
    expect(started.lastRequest()).toMatchObject({ status, code, request_id: reply.headers['x-request-id'] });
    expect(vendor.asked.length).toBe(asked);
  });

  test('with very many wrong fields names the first few', async () => {
    const fields = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`field${n}`, 1]));
    const { json } = await askForSession(started.url, { preset: 'anam-guide', ...fields });
    expect((json as { detail: string }).detail.match(/is not a field/g)).toHaveLength(5);
  });
});

describe('a failing vendor', () => {
  beforeEach(() => {
    vendor.release();
    for (const path of Object.values(PATHS)) vendor.answer(path, { status: 404 });
  });

  test.each([
    ['its refusal of the key', 401, {}, { error: 'Invalid API key' }, 503, 'vendor_refused', undefined],
    ['an account without credit', 429, {}, { error: 'Spend cap reached' }, 503, 'vendor_refused', undefined],
    ['no session free', 429, {}, { error: 'Concurrent session limit reached' }, 503, 'vendor_busy', '30'],
    [
      'no session free until',
      429,
      { 'retry-after': '90' },
      { error: 'Concurrent session limit reached' },
      503,
      'vendor_busy',
      '90',
    ],
    ['its limit of calls', 429, { 'retry-after': '61' }, {}, 503, 'vendor_rate_limited', '61'],
    ['a preset it does not know', 404, {}, { message: 'no such avatar' }, 500, 'preset_broken', undefined],
    ['a success that is none', 200, {}, { token: 'elsewhere' }, 502, 'vendor_failed', undefined],
  ])('is told by %s', async (_what, status, headers, body, ours, code, retryAfter) => {
    vendor.answer(PATHS.anam, { status, headers, body });
    const reply = await askForSession(started.url, { preset: 'anam-guide' });
    expect([reply.status, (reply.json as { code: string }).code]).toEqual([ours, code]);
    expect(reply.headers['retry-after']).toBe(retryAfter);
    expect(reply.text).not.toMatch(/api key|spend|avatar/i);
  });

  test('is quoted in the log alone', async () => {
    vendor.answer(PATHS.anam, {
      status: 401,
      body: { error: 'Unauthorized', message: 'The key is revoked' },
    });
    const reply = await askForSession(started.url, { preset: 'anam-guide' });
    expect(reply.text).not.toContain('revoked');
    expect(started.lastRequest()).toMatchObject({
      level: 'error',
      status: 503,
      code: 'vendor_refused',
      preset: 'anam-guide',
      vendor: 'anam',
      error: {
        code: 'invalid_key',
        status: 401,
        vendorCode: 'Unauthorized',
        vendorMessage: 'The key is revoked',
      },
    });
  });

  test('that hangs is left as soon as the caller hangs up', async () => {
    vendor.answer(PATHS.liveavatar, 'hang');
    const caller = request(`${started.url}/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    caller.on('error', () => undefined);
    const earlier = vendor.asked.length;
    caller.end('{"preset":"liveavatar-host"}');
    await expect.poll(() => vendor.asked.length).toBeGreaterThan(earlier);
    caller.destroy();
    expect(await vendor.asked.at(-1)?.answered).toBe(false);
    expect(started.lastRequest()).toMatchObject({
      status: 499,
      preset: 'liveavatar-host',
      vendor: 'liveavatar',
    });
  });
});
