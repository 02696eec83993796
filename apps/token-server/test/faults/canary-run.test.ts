import { createSandbox } from '@org/sandbox';
import { Redis } from 'ioredis';
import { SignJWT } from 'jose';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { ask, askForSession, type Reply } from '../ask.ts';
import { bearer } from '../issuer.ts';
import { haveRedis, startRedis } from '../redis-server.ts';
import { SERVICE_KEY, writeSettings } from '../replica.ts';
import { builtDemo } from './built-demo.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Every secret that the server is given, each with a mark of its own. */
const PLANTED = {
  SIMLI_API_KEY: 'canary-simli-key-2f1c9a',
  ANAM_API_KEY: 'canary-anam-key-7be014',
  LIVEAVATAR_API_KEY: 'canary-liveavatar-key-90d3fe',
  JWT_SECRET: 'canary-jwt-secret-of-32-bytes-and-more-c41b',
  STATE_SECRET: 'canary-state-secret-of-32-bytes-and-more-8d',
} as const;
const PROMPT = 'canary-prompt-5a77';
const KEY_OF_INTENT = 'canary-intent-3c09';

const PRESETS = `
limits:
  requests: { perCaller: none, perAddress: none, overall: none }
  sessions: { perCaller: none }
presets:
  face: { vendor: simli, caps: { maxSessionSeconds: 60 }, request: { faceId: x } }
  guide: { vendor: anam, warm: 1, caps: { maxSessionSeconds: 60 }, request: { personaConfig: { avatarId: x, systemPrompt: ${PROMPT} } } }
  host: { vendor: liveavatar, start: true, caps: { maxSessionSeconds: 60 }, request: { mode: LITE, avatar_id: 3c90c3cc-0d44-4b50-8888-8dd25736052a } }
  refused: { vendor: anam, caps: { maxSessionSeconds: 60 }, request: { personaConfig: { avatarId: sandbox-spend-cap } } }
`;

const jwt = (claims: object = {}): Promise<string> =>
  new SignJWT({ sub: 'ada', iss: 'canary', aud: 'canary', ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(PLANTED.JWT_SECRET));

const whole = ({ headers, text }: Reply): string => JSON.stringify(headers) + text;

const closing = new AsyncDisposableStack();
afterAll(() => closing.disposeAsync());

test.skipIf(!haveRedis)('no secret is anywhere but where it belongs', async () => {
  const redis = closing.use(await startRedis());
  const sandbox = closing.use(await createSandbox());
  const password = 'canary-redis-password-661e';
  const { environment } = closing.use(
    await writeSettings(PRESETS, {
      SIMLI_BASE_URL: sandbox.simli.baseUrl,
      ANAM_BASE_URL: sandbox.anam.baseUrl,
      LIVEAVATAR_BASE_URL: sandbox.liveavatar.baseUrl,
      METRICS_PORT: '0',
      LOG_LEVEL: 'trace',
      JWT_ISSUER: 'canary',
      JWT_AUDIENCE: 'canary',
      ...PLANTED,
      REDIS_URL: redis.url.replace('//', `//default:${password}@`),
    }),
  );
  const admin = new Redis(redis.url);
  await admin.config('SET', 'requirepass', password);
  const server = launch(environment);
  closing.defer(() => server.end());
  const url = await server.url;

  const secrets: string[] = [...Object.values(PLANTED), password, PROMPT, KEY_OF_INTENT, SERVICE_KEY];
  const heads: string[] = [];
  const problems: string[] = [];
  const proof = await jwt();
  const proofForOthers = await jwt({ aud: 'other' });
  const note = (reply: Reply): Reply => {
    heads.push(JSON.stringify(reply.headers));
    if (reply.status >= 400) problems.push(whole(reply));
    return reply;
  };

  secrets.push(proof, proofForOthers);
  await expect
    .poll(async () => (await ask(`${url}/v1/sessions`, { headers: bearer(proof) })).status)
    .toBe(200);
  for (const preset of ['face', 'guide', 'guide', 'host']) {
    const headers = { ...bearer(proof), 'idempotency-key': `${KEY_OF_INTENT}-${heads.length}` };
    const { json, status } = note(await askForSession(url, { preset }, headers));
    expect(status).toBe(201);
    const { id, token, endToken, connect } = json as Record<string, string> & { connect: object };
    secrets.push(String(token), String(endToken), ...secretsIn(connect));
    const session = `${url}/v1/sessions/${String(id)}`;
    note(await ask(`${session}/heartbeat`, { method: 'POST', headers: bearer(proof) }));
    note(await ask(`${session}/first-frame`, { method: 'POST', body: `${String(endToken)} 900` }));
    note(await ask(`${session}/end`, { method: 'POST', body: `${String(endToken)}x` }));
    note(await ask(`${session}/end`, { method: 'POST', body: String(endToken) }));
    note(await ask(`${session}?token=${String(token)}`, { headers: bearer(proof) }));
  }
  for (const operation of ['sessions.createToken', 'sessions.start'] as const) {
    for (const status of [400, 401, 403, 500]) {
      const body = { code: status, message: `${PLANTED.LIVEAVATAR_API_KEY} is not good`, data: null };
      sandbox.fail('liveavatar', operation, { status, body });
      note(await askForSession(url, { preset: 'host' }, bearer(SERVICE_KEY)));
    }
  }
  note(await askForSession(url, { preset: 'refused' }, bearer(proof)));
  note(await askForSession(url, { preset: 'guide' }, bearer(proofForOthers)));
  note(await askForSession(url, { preset: proof }, bearer(`${SERVICE_KEY}x`)));
  note(await askForSession(url, { preset: 'guide', token: proof }, bearer(SERVICE_KEY)));

  const stored = await everythingIn(admin);
  const metrics = await metricsOf(server.out);
  admin.disconnect();
  await redis.kill();
  note(await askForSession(url, { preset: 'guide' }, bearer(proof)));
  await wait(1_200);
  await server.end();

  const places = {
    log: server.out.join('\n'),
    metrics,
    headers: heads.join('\n'),
    problems: problems.join('\n'),
    redis: stored,
    journal: JSON.stringify(sandbox.journal()),
    demo: await builtDemo(environment),
  };
  // Each was looked at, and holds what it should.
  expect(places.log).toContain('"audit":"ended"');
  expect(places.metrics).toContain('token_server_grants_total{');
  expect(places.problems).toContain('vendor_refused');
  expect(places.redis).toContain('endTokenHash');
  expect(places.journal).toContain('sessions.createToken');
  expect(places.demo).toContain('VITE_TOKEN_SERVER');
  for (const [place, text] of Object.entries(places)) {
    // The vendor is sent the prompt: it is the vendor's to keep.
    const hidden = secrets.filter((secret) => place !== 'journal' || secret !== PROMPT);
    expect([place, hidden.filter((secret) => text.includes(secret))]).toEqual([place, []]);
  }
});

/** What a page needs beside the token and lets its owner in somewhere; what is shorter is a word of the sandbox's. */
function secretsIn(connect: object): readonly string[] {
  return [
    ...JSON.stringify(connect).matchAll(/"(?:credential|livekit_client_token|ws_url)":"([^"]{16,})"/g),
  ].map(([, value = '']) => value);
}

async function everythingIn(redis: Redis): Promise<string> {
  const parts: unknown[] = [];
  for (const key of await redis.keys('*')) {
    const type = await redis.type(key);
    if (type === 'hash') parts.push(key, await redis.hgetall(key));
    else if (type === 'zset') parts.push(key, await redis.zrange(key, '0', '-1'));
    else parts.push(key, await redis.get(key));
  }
  return JSON.stringify(parts);
}

async function metricsOf(lines: readonly string[]): Promise<string> {
  const line = lines.find((one) => one.includes('"msg":"metrics"')) ?? '{}';
  const { port = 0 } = JSON.parse(line) as { port?: number };
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}

/** The server as a process, with all that it writes: its log, and what escapes to stderr. */
function launch(environment: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [MAIN], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  const out: string[] = [];
  const url = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      out.push(line);
      const { msg, url: listening } = JSON.parse(line) as { msg: string; url?: string };
      if (msg === 'listening' && listening !== undefined) resolve(listening);
    });
    createInterface({ input: child.stderr }).on('line', (line) => out.push(line));
    void exited.then(() => {
      reject(new Error(`it ended before it listened: ${out.join('\n')}`));
    });
  });
  const end = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  return { out, url, end };
}
