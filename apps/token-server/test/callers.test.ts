import { SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { Secret } from '@org/core';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { readConfig } from '../src/config/config.ts';
import type { Preset } from '../src/config/presets.ts';
import { presetRules } from '../src/vendors/vendors.ts';
import { ask, askForSession, type Reply } from './ask.ts';
import { PATHS, startFakeVendor, type FakeVendor } from './fake-vendor.ts';
import { AUDIENCE, bearer, ISSUER, startIssuer, type Issuer } from './issuer.ts';
import { accountsAt, KEYS, start, type Started } from './start.ts';

let vendor: FakeVendor;
let issuer: Issuer;
let started: Started;

const ORIGIN = 'https://app.example.com';

beforeAll(async () => {
  vendor = await startFakeVendor();
  issuer = await startIssuer();
  started = await start(accountsAt(vendor.url), { dev: false, callers: issuer.callers, origins: [ORIGIN] });
});
afterAll(async () => {
  await started[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
  await vendor[Symbol.asyncDispose]();
});

const guide: Preset = {
  name: 'guide',
  vendor: 'anam',
  description: undefined,
  caps: { maxSessionSeconds: 60 },
  request: { personaConfig: { avatarId: 'x', maxSessionLengthSeconds: 60 } },
};

const codeOf = ({ json }: Reply): unknown => (json as { code?: unknown }).code;
const detailOf = ({ json }: Reply): string => (json as { detail: string }).detail;
const anam = { preset: 'anam-guide' };

describe('a JWT', () => {
  test('lets its caller in, by its subject', async () => {
    const reply = await askForSession(started.url, anam, bearer(await issuer.token({ sub: 'a:b' })));
    expect(reply.status).toBe(201);
    expect(started.lastRequest()).toMatchObject({ caller: 'jwt:a%3Ab' });
  });

  test.each<[string, () => Promise<string> | string, string]>([
    ['for another service', () => issuer.token({ aud: 'other' }), '"aud"'],
    ['from somebody else', () => issuer.token({ iss: 'https://evil.example.com' }), '"iss"'],
    ['that has expired', () => issuer.token({}, { expires: Math.floor(Date.now() / 1_000) - 40 }), 'expired'],
    ['of the future', () => issuer.token({ nbf: Math.floor(Date.now() / 1_000) + 90 }), 'not good yet'],
    ['without a subject', () => issuer.token({ sub: '' }), 'names nobody'],
    ['with a subject that is no text', () => issuer.token({ sub: 7 as unknown as string }), 'names nobody'],
    ['with a very long subject', () => issuer.token({ sub: 'x'.repeat(300) }), 'too long'],
    [
      'with alg none',
      () =>
        new UnsecuredJWT({ sub: 'ada' })
          .setIssuer(ISSUER)
          .setAudience(AUDIENCE)
          .setExpirationTime('5m')
          .encode(),
      'algorithm',
    ],
    [
      'signed by a shared key',
      () =>
        new SignJWT({ sub: 'ada', iss: ISSUER, aud: AUDIENCE, exp: 9e9 })
          .setProtectedHeader({ alg: 'HS256' })
          .sign(new TextEncoder().encode('x'.repeat(32))),
      'algorithm',
    ],
    ['whose words were changed', async () => forged(await issuer.token()), 'not signed'],
    ['that is none', () => 'a.b.c', 'not a token'],
    ['that is a word', () => 'word', 'not a token'],
    ['that is far too long', () => 'x'.repeat(9_000), 'too long'],
  ])('%s is refused, and told why', async (_what, token, why) => {
    const asked = vendor.asked.length;
    const reply = await askForSession(started.url, anam, bearer(await token()));
    expect([reply.status, codeOf(reply)]).toEqual([401, 'unauthorized']);
    expect(reply.headers['www-authenticate']).toBe('Bearer');
    expect(detailOf(reply)).toContain(why);
    expect(vendor.asked.length).toBe(asked);
  });

  test.each<[JWTPayload, number]>([
    [{ scope: 'other guide' }, 201],
    [{ scope: ['other', 'guide'] }, 201],
    [{ scp: 'other guide' }, 201],
    [{ scp: ['other', 'guide'] }, 201],
    [{ scp: ['other', 7] }, 403],
    [{ scope: 'other', scp: 'guide' }, 403],
    [{ scope: { guide: true } }, 403],
    [{}, 403],
  ])(
    'whose claims are %j is answered %i for a preset that asks for the scope guide',
    async (claims, status) => {
      const scoped: Preset = { ...guide, scopes: ['guide'] };
      await using server = await start(accountsAt(vendor.url), {
        dev: false,
        callers: issuer.callers,
        presets: [scoped],
      });
      const reply = await askForSession(server.url, { preset: 'guide' }, bearer(await issuer.token(claims)));
      expect(reply.status).toBe(status);
    },
  );

  test('is asked for', async () => {
    for (const headers of [
      {},
      { authorization: '' },
      { authorization: 'Basic eDp5' },
      { authorization: 'Bearer' },
    ]) {
      expect((await askForSession(started.url, anam, headers)).status).toBe(401);
    }
    for (const path of ['/v1/presets', '/v1/sessions', '/v1/sessions/6f1f3c1e-7a52-4b43-9d0a-1b7d6f4e2a11']) {
      expect((await ask(started.url + path)).status).toBe(401);
    }
    expect((await ask(`${started.url}/healthz`)).status).toBe(200);
  });

  test('a little past its time is taken, since clocks differ', async () => {
    const token = await issuer.token({}, { expires: Math.floor(Date.now() / 1_000) - 10 });
    expect((await askForSession(started.url, anam, bearer(token))).status).toBe(201);
  });

  test('is never taken on the body’s word', async () => {
    const body = { ...anam, sub: 'eve', caller: 'eve' };
    expect((await askForSession(started.url, body, bearer(await issuer.token()))).status).toBe(400);
  });

  test('of a new key is taken once the key is published; while the keys are gone, nobody is blamed', async () => {
    await using other = await startIssuer();
    other.answer(500);
    const { callers } = other;
    await using server = await start(accountsAt(vendor.url), { dev: false, callers });
    const down = await askForSession(server.url, anam, bearer(await other.token()));
    expect([down.status, codeOf(down)]).toEqual([503, 'callers_unknown']);
    other.answer(200);
    await other.rotate();
    const statusNow = async (): Promise<number> =>
      (await askForSession(server.url, anam, bearer(await other.token()))).status;
    await expect.poll(statusNow, { timeout: 10_000, interval: 100 }).toBe(201);
    const asked = other.asked();
    await other.rotate(false);
    for (let n = 0; n < 20; n++) {
      const forged = await askForSession(server.url, anam, bearer(await other.token()));
      expect(forged.status).toBe(401);
    }
    // A flood of invented key ids does not become a flood at the issuer.
    expect(other.asked() - asked).toBeLessThanOrEqual(1);
  });

  describe('of an issuer', () => {
    const SECOND = 1_000;
    const MINUTE = 60 * SECOND;
    let passed = 0;
    let other: Issuer;
    let server: Started;
    beforeEach(async () => {
      for (const clock of [performance, Date]) {
        const now = clock.now.bind(clock);
        vi.spyOn(clock, 'now').mockImplementation(() => now() + passed);
      }
      passed = 0;
      other = await startIssuer();
      server = await start(accountsAt(vendor.url), { dev: false, callers: other.callers });
      expect(await statusNow()).toBe(200);
    });
    afterEach(async () => {
      vi.restoreAllMocks();
      await server[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
    });

    const statusNow = async (): Promise<number> =>
      (await ask(`${server.url}/v1/sessions`, { headers: bearer(await other.token()) })).status;
    const told = (words: string): readonly string[] => server.lines.filter((line) => line.includes(words));

    test('that is away is good for an hour, by the last keys; the log says so once', async () => {
      other.answer(500);
      passed = 11 * MINUTE;
      expect(await statusNow()).toBe(200);
      const asked = other.asked();
      expect(await statusNow()).toBe(200);
      // Not every request asks an issuer that is away.
      expect(other.asked()).toBe(asked);
      passed = 59 * MINUTE;
      expect(await statusNow()).toBe(200);
      passed = 61 * MINUTE;
      expect(await statusNow()).toBe(503);
      expect(told('keys cannot be had')).toHaveLength(1);
      other.answer(200);
      passed += SECOND;
      expect(await statusNow()).toBe(200);
      expect(told('keys can be had again')).toHaveLength(1);
    });

    test('that does not answer keeps one request waiting, and not those after it', async () => {
      const asked = other.asked();
      other.answer('hang');
      passed = 11 * MINUTE;
      const first = statusNow();
      await expect.poll(() => other.asked()).toBe(asked + 1);
      const second = statusNow();
      expect(await Promise.race([first.then(() => 'first'), second.then(() => 'second')])).toBe('second');
      expect([await first, await second]).toEqual([200, 200]);
    });

    test('that has withdrawn its key is good for ten minutes', async () => {
      other.withdraw();
      passed = 9 * MINUTE;
      expect(await statusNow()).toBe(200);
      passed = 11 * MINUTE;
      expect(await statusNow()).toBe(401);
    });
  });

  // Ten thousand requests take a while on a machine with other work to do.
  test('forged ten thousand times gets nowhere, costs its sender, and keeps nobody else out', async () => {
    await using server = await start(accountsAt(vendor.url), { dev: false, callers: issuer.callers });
    const good = bearer(await issuer.token({ sub: 'patient' }));
    const token = forged(await issuer.token());
    // Its lists are asked for all the while.
    const minted = (): number => vendor.asked.filter(({ path }) => path === PATHS.anam).length;
    const before = minted();
    const statuses = new Map<number, number>();
    for (let batch = 0; batch < 50; batch++) {
      const replies = await Promise.all(
        Array.from({ length: 200 }, async (_, at) => {
          // Each another one, as from somebody who guesses.
          const guess = `${token.slice(0, -6)}${String(batch * 200 + at).padStart(6, 'A')}`;
          const reply = await fetch(`${server.url}/v1/sessions`, { headers: bearer(guess) });
          await reply.arrayBuffer();
          return reply.status;
        }),
      );
      for (const status of replies) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    const [refused = 0, slowed = 0] = [statuses.get(401), statuses.get(429)];
    expect(refused + slowed).toBe(10_000);
    expect(slowed).toBeGreaterThan(refused);
    expect((await askForSession(server.url, anam, good)).status).toBe(201);
    expect(minted() - before).toBe(1);
  }, 180_000);

  test('ten thousand times over in one header is refused before it is a request', async () => {
    const token = (await issuer.token()).repeat(10_000);
    const reply = await askRaw(started.port, `Authorization: Bearer ${token}`);
    expect(reply).toMatch(/^HTTP\/1\.1 431 |^reset$/);
    expect((await askForSession(started.url, anam, bearer(await issuer.token({ sub: 'next' })))).status).toBe(
      201,
    );
  });

  test('by a shared key, with its tenant', async () => {
    const secret = 'a shared key of at least 32 bytes';
    const jwt = {
      keys: { secret: new Secret(secret) },
      issuer: ISSUER,
      audience: AUDIENCE,
      algorithms: ['HS256'],
      skewSeconds: 0,
      tenantClaim: 'org',
    };
    await using server = await start(accountsAt(vendor.url), { dev: false, callers: { jwt } });
    const signed = (claims: object): Promise<string> =>
      new SignJWT({ sub: 'ada', iss: ISSUER, aud: AUDIENCE, ...claims })
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime('1m')
        .sign(new TextEncoder().encode(secret));
    expect((await askForSession(server.url, anam, bearer(await signed({ org: 'acme' })))).status).toBe(201);
    expect(server.lastRequest()).toMatchObject({ caller: 'jwt:acme:ada' });
    expect((await askForSession(server.url, anam, bearer(await signed({})))).status).toBe(401);
  });
});

/** The whole answer to a request that no client of Node's would send; `reset` when it was cut off while it spoke. */
async function askRaw(port: number, header: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(`GET /v1/sessions HTTP/1.1\r\nHost: localhost\r\n${header}\r\n\r\n`);
  return text(socket).catch(() => 'reset');
}

/** The same signature over other words. */
function forged(token: string): string {
  const [head = '', , signature = ''] = token.split('.');
  const words = { sub: 'eve', iss: ISSUER, aud: AUDIENCE, exp: 9_999_999_999 };
  return [head, Buffer.from(JSON.stringify(words)).toString('base64url'), signature].join('.');
}

describe('pages', () => {
  test('of a listed origin may mint; of any other not, with the best token', async () => {
    const headers = bearer(await issuer.token({ sub: 'pages' }));
    const good = await askForSession(started.url, anam, { ...headers, origin: ORIGIN });
    expect([good.status, good.headers['access-control-allow-origin']]).toEqual([201, ORIGIN]);
    for (const origin of [
      'https://app.example.com.evil.com',
      'http://app.example.com',
      'null',
      'http://localhost',
    ]) {
      const bad = await askForSession(started.url, anam, { ...headers, origin });
      expect([bad.status, codeOf(bad)]).toEqual([403, 'origin_not_allowed']);
      expect(bad.headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  test('are told before that they may send their token', async () => {
    const { status, headers } = await ask(`${started.url}/v1/sessions`, {
      method: 'OPTIONS',
      headers: { origin: ORIGIN, 'access-control-request-method': 'POST' },
    });
    expect(status).toBe(204);
    expect(headers['access-control-allow-headers']).toContain('Authorization');
  });
});

describe('service keys and presets', () => {
  const key = 'tsk_a-random-key';
  const hash = createHash('sha256').update(key).digest('hex');
  let folder: string;
  let server: Started;
  const keysFile = (sha256: string): string =>
    `keys:\n  - name: backend\n    sha256: "${sha256}"\n    scopes: [guide]\n`;
  const presetsFile = (more = ''): string =>
    `limits: { requests: { perCaller: none }, sessions: { perCaller: none }, minutesPerCallerAndDay: none }\npresets:\n  a:\n    vendor: anam\n    scopes: [guide]\n    caps: { maxSessionSeconds: 60 }\n` +
    `    overrides:\n      personaConfig.name: { type: string, maxLength: 5 }\n      personaConfig.voiceDetectionOptions.endOfSpeechSensitivity: { type: number }\n` +
    `    request: { personaConfig: { avatarId: x } }\n  b:\n    vendor: simli\n    scopes: [other]\n    caps: { maxSessionSeconds: 60 }\n    request: { faceId: x }\n${more}`;

  const config = (presets = 'presets.yaml'): ReturnType<typeof readConfig> => {
    const environment = {
      SERVICE_KEYS_FILE: join(folder, 'keys.yaml'),
      PRESETS_FILE: join(folder, presets),
      PORT: '0',
      DRAIN_WAIT_SECONDS: '0',
      SIMLI_API_KEY: KEYS.simli,
      ANAM_API_KEY: KEYS.anam,
      SIMLI_BASE_URL: vendor.url,
      ANAM_BASE_URL: vendor.url,
    };
    return readConfig(environment, {}, presetRules);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'callers-'));
    await writeFile(join(folder, 'keys.yaml'), keysFile(hash));
    await writeFile(join(folder, 'presets.yaml'), presetsFile());
    server = await start(accountsAt(vendor.url), await config());
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const mint = (body: object, as = key): Promise<Reply> => askForSession(server.url, body, bearer(as));

  test('let a server in that has one, and no other', async () => {
    expect((await mint({ preset: 'a' })).status).toBe(201);
    expect(server.lastRequest()).toMatchObject({ caller: 'key:backend' });
    expect((await mint({ preset: 'a' }, `${key}x`)).status).toBe(401);
    expect((await mint({ preset: 'a' }, await issuer.token())).status).toBe(401);
  });

  test('hold for the presets that their scopes allow', async () => {
    const refused = await mint({ preset: 'b' });
    expect([refused.status, codeOf(refused)]).toEqual([403, 'preset_forbidden']);
    const { json } = await ask(`${server.url}/v1/presets`, { headers: bearer(key) });
    expect(json).toMatchObject({ presets: [{ name: 'a' }] });
  });

  test('may change what the preset lets them, in the vendor’s names', async () => {
    const path = 'personaConfig.voiceDetectionOptions.endOfSpeechSensitivity';
    expect((await mint({ preset: 'a', overrides: { 'personaConfig.name': 'Ada', [path]: 1 } })).status).toBe(
      201,
    );
    expect(vendor.asked.at(-1)?.body).toEqual({
      personaConfig: {
        avatarId: 'x',
        name: 'Ada',
        maxSessionLengthSeconds: 60,
        voiceDetectionOptions: { endOfSpeechSensitivity: 1 },
      },
    });
    expect((await mint({ preset: 'a' })).status).toBe(201);
    expect(vendor.asked.at(-1)?.body).toEqual({
      personaConfig: { avatarId: 'x', maxSessionLengthSeconds: 60 },
    });
  });

  test.each<[string, object, string]>([
    ['another field', { 'personaConfig.systemPrompt': 'x' }, 'personaConfig.systemPrompt is not a field'],
    ['a cap', { 'personaConfig.maxSessionLengthSeconds': 9 }, 'maxSessionLengthSeconds is not a field'],
    ['a whole object', { personaConfig: {} }, 'personaConfig is not a field'],
    ['a prototype', { 'personaConfig.__proto__': {} }, 'one of the overrides is not a field'],
    ['a value of another type', { 'personaConfig.name': 7 }, 'personaConfig.name must be string'],
    ['a value too long', { 'personaConfig.name': 'Adaaaa' }, 'must NOT have more than 5 characters'],
    [
      'what the vendor would refuse',
      { 'personaConfig.voiceDetectionOptions.endOfSpeechSensitivity': 2 },
      'personaConfig.voiceDetectionOptions.endOfSpeechSensitivity must be',
    ],
  ])('may not change %s', async (_what, overrides, detail) => {
    const asked = vendor.asked.length;
    const reply = await mint({ preset: 'a', overrides });
    expect([reply.status, codeOf(reply)]).toEqual([400, 'override_refused']);
    expect(detailOf(reply)).toContain(detail);
    expect(vendor.asked.length).toBe(asked);
  });

  test('that change before anybody watches their file are seen all the same, and presets too', async () => {
    await writeFile(join(folder, 'late.yaml'), presetsFile());
    const before = await config('late.yaml');
    await writeFile(join(folder, 'late.yaml'), presetsFile('killSwitch: [anam]\n'));
    await using late = await start(accountsAt(vendor.url), before);
    await expect
      .poll(async () => codeOf(await askForSession(late.url, { preset: 'a' }, bearer(key))), {
        timeout: 5_000,
      })
      .toBe('killed');
  });

  test('are read again when their file changes, and presets too; a bad file changes nothing', async () => {
    await writeFile(join(folder, 'presets.yaml'), 'presets: {}\n');
    await expect.poll(() => server.lines.join('')).toContain('not reloaded: the old one goes on');
    expect(server.lines.join('')).toContain('has no preset in it');
    expect((await mint({ preset: 'a' })).status).toBe(201);
    await writeFile(join(folder, 'presets.yaml'), presetsFile('killSwitch: [anam]\n'));
    await expect.poll(async () => codeOf(await mint({ preset: 'a' }))).toBe('killed');
    await writeFile(join(folder, 'keys.yaml'), keysFile('0'.repeat(64)));
    await expect.poll(async () => (await mint({ preset: 'a' })).status).toBe(401);
  });
});
