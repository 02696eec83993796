import { Secret } from '@org/core';
import { createSandbox } from '@org/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Preset } from '../src/config/presets.ts';
import { ask, askForSession, type Reply } from './ask.ts';
import { PATHS, startFakeVendor, type FakeVendor } from './fake-vendor.ts';
import { metricsOf } from './metrics-of.ts';
import { accountsAt, start, type Started } from './start.ts';
import { startedHost } from './started-host.ts';

let vendor: FakeVendor;
beforeAll(async () => {
  vendor = await startFakeVendor();
});
afterAll(() => vendor[Symbol.asyncDispose]());

const warm: Preset = {
  name: 'warm',
  vendor: 'anam',
  description: undefined,
  caps: { maxSessionSeconds: 60 },
  request: { personaConfig: { avatarId: 'x', maxSessionLengthSeconds: 60 } },
  override: () => ({ request: { personaConfig: { avatarId: 'y' } } }),
  warm: 2,
};
const simli: Preset = { ...warm, name: 'cold', vendor: 'simli', request: { faceId: 'x' }, warm: 0 };

const started = (): Promise<Started> =>
  start(accountsAt(vendor.url), { presets: [warm, simli], metrics: { host: '127.0.0.1', port: 0 } });

const minted = (): number => vendor.asked.filter(({ path }) => path === PATHS.anam).length;

const timing = ({ headers }: Reply): string => String(headers['server-timing']);

test('a warm grant asks no vendor; what is not at hand, or is changed by its caller, does', async () => {
  const before = minted();
  await using server = await started();
  await expect.poll(() => minted() - before).toBe(2);
  vendor.answer(PATHS.anam, 'hang');
  const replies = [
    await askForSession(server.url, { preset: 'warm' }),
    await askForSession(server.url, { preset: 'warm' }),
  ];
  for (const reply of replies) {
    expect(reply.status).toBe(201);
    expect(timing(reply)).toMatch(/^grant;dur=[\d.]+;desc="warm"$/);
  }
  const third = askForSession(server.url, { preset: 'warm' });
  // Two to fill the shelf again, and one for the caller who waits.
  await expect.poll(() => minted() - before).toBe(5);
  vendor.answer(PATHS.anam, 'well');
  vendor.release();
  expect(timing(await third)).toContain('desc="cold"');
  const overridden = await askForSession(server.url, { preset: 'warm', overrides: { x: 1 } });
  expect([overridden.status, timing(overridden)]).toEqual([
    201,
    expect.stringContaining('desc="cold"') as string,
  ]);
});

test('each grant of a shelf has a token of its own', async () => {
  await using sandbox = await createSandbox();
  const apiKey = new Secret('any-key');
  const baseUrls = [sandbox.simli, sandbox.anam, sandbox.liveavatar].map(({ baseUrl }) => baseUrl);
  const [at = '', anamAt = ''] = baseUrls;
  const accounts = { ...accountsAt(at), anam: { apiKey, baseUrl: anamAt } };
  await using server = await start(accounts, { presets: [warm] });
  await expect.poll(() => sandbox.journal().length).toBeGreaterThanOrEqual(2);
  const replies = await Promise.all(
    Array.from({ length: 20 }, () => askForSession(server.url, { preset: 'warm' })),
  );
  const tokens = new Set(replies.map(({ json }) => (json as { token: string }).token));
  expect(tokens.size).toBe(20);
  expect(replies.filter((reply) => timing(reply).includes('warm')).length).toBeGreaterThanOrEqual(2);
});

test('what can be counted begins at 0, of each preset that can be granted', async () => {
  await using server = await started();
  const text = await metricsOf(server);
  for (const series of [
    'grants_total{vendor="simli",preset="cold",warm="false"}',
    'grants_total{vendor="anam",preset="warm",warm="false"}',
    'grants_total{vendor="anam",preset="warm",warm="true"}',
    'session_seconds_total{vendor="simli",preset="cold"}',
    'failures_total{what="end sessions"}',
    'first_frame_seconds_count{vendor="liveavatar"}',
    'vendor_call_seconds_count{vendor="liveavatar",call="keep alive",ok="false"}',
    'vendor_call_seconds_count{vendor="anam",call="warm",ok="false"}',
  ]) {
    expect(text).toContain(`token_server_${series} 0\n`);
  }
  expect(text).not.toContain('preset="cold",warm="true"');
  expect(text).not.toContain('vendor="simli",call="stop"');
});

test('every call to a vendor is timed, also those that no grant waits for', async () => {
  await using server = await start(accountsAt(vendor.url), {
    presets: [startedHost],
    metrics: { host: '127.0.0.1', port: 0 },
  });
  const { json } = await askForSession(server.url, { preset: 'host' });
  const session = `${server.url}/v1/sessions/${(json as { id: string }).id}`;
  expect((await ask(session, { method: 'DELETE' })).status).toBe(204);
  const text = await metricsOf(server);
  for (const call of ['mint', 'start', 'stop']) {
    const series = `{vendor="liveavatar",call="${call}",ok="true"}`;
    expect(text).toContain(`token_server_vendor_call_seconds_count${series} 1\n`);
  }
});

test('the first picture of a session is counted once, and not when the session is over', async () => {
  await using server = await start(accountsAt(vendor.url), {
    presets: [{ ...simli, trustPages: true }],
    metrics: { host: '127.0.0.1', port: 0 },
  });
  const sessions = [0, 1].map(async () => (await askForSession(server.url, { preset: 'cold' })).json);
  const [seen, over] = (await Promise.all(sessions)) as { id: string; endToken: string }[];
  const tell = async (one: typeof seen, what: string, more = ''): Promise<number> => {
    const url = `${server.url}/v1/sessions/${one?.id ?? ''}/${what}`;
    return (await ask(url, { method: 'POST', body: `${one?.endToken ?? ''}${more}` })).status;
  };
  for (const ms of [900, 120_000]) expect(await tell(seen, 'first-frame', ` ${ms}`)).toBe(204);
  expect(await tell(over, 'end')).toBe(204);
  expect(await tell(over, 'first-frame', ' 120000')).toBe(204);
  const text = await metricsOf(server);
  expect(text).toContain('token_server_first_frame_seconds_count{vendor="simli"} 1\n');
  expect(text).toContain('token_server_first_frame_seconds_sum{vendor="simli"} 0.9\n');
});

test('metrics tell what happened, and nothing that a caller wrote', async () => {
  await using server = await started();
  const { json } = await askForSession(server.url, { preset: 'cold' });
  const { id, endToken } = json as { id: string; endToken: string };
  await askForSession(server.url, { preset: 'canary-preset' });
  await ask(`${server.url}/canary-path`, { method: 'CANARY', headers: { 'x-a': 'canary' } }).catch(
    () => undefined,
  );
  await ask(`${server.url}/canary-path?canary`, { method: 'PROPFIND' });
  const frame = (body: string): Promise<{ status: number }> =>
    ask(`${server.url}/v1/sessions/${id}/first-frame`, { method: 'POST', body });
  expect((await frame(`${endToken} 1234`)).status).toBe(204);
  expect((await frame(`${endToken.slice(1)}x 1234`)).status).toBe(404);
  expect((await frame(`${endToken} 999999`)).status).toBe(400);
  const text = await metricsOf(server);
  expect(text).toContain('token_server_grants_total{vendor="simli",preset="cold",warm="false"} 1');
  expect(text).toContain(
    'token_server_requests_total{route="/v1/sessions",method="POST",status="404",code="preset_not_found"} 1',
  );
  expect(text).toContain('route="none",method="other",status="404"');
  expect(text).toContain('token_server_first_frame_seconds_sum{vendor="simli"} 1.234');
  expect(text).toContain('token_server_state 1');
  expect(text).not.toContain('canary');
  expect(text).not.toContain(endToken);
  expect(text).not.toContain(id);
  expect((await ask(`${server.url}/metrics`)).status).toBe(404);
});
