import { Secret } from '@org/core';
import { createSandbox } from '@org/sandbox';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { runCheck } from '../src/check/run.ts';
import { ConfigError } from '../src/config/config-error.ts';
import type { Accounts } from '../src/config/environment.ts';
import { loadPresets, type Preset } from '../src/config/presets.ts';
import { presetRules } from '../src/vendors/vendors.ts';
import { checked } from './checked.ts';
import { PATHS, startFakeVendor, type Answer, type FakeVendor } from './fake-vendor.ts';
import { freePort } from './redis-server.ts';
import { accountsAt, EXAMPLE, KEYS } from './start.ts';

let vendor: FakeVendor;
beforeAll(async () => {
  vendor = await startFakeVendor();
});
afterAll(() => vendor[Symbol.asyncDispose]());

const AVATAR = '071b0286-4cce-4808-bee2-e642f1062de3';
const caps = { maxSessionSeconds: 60 };
const anam: Preset = {
  name: 'guide',
  vendor: 'anam',
  description: undefined,
  caps,
  request: { personaConfig: { avatarId: AVATAR } },
};
const liveavatar: Preset = {
  ...anam,
  name: 'host',
  vendor: 'liveavatar',
  request: { mode: 'FULL', avatar_id: AVATAR, avatar_persona: { context_id: AVATAR } },
};
const simli: Preset = { ...anam, name: 'face', vendor: 'simli', request: { faceId: 'x', apiVersion: 'v2' } };

const checkedPresets = (
  presets: readonly Preset[],
  accounts: Accounts = accountsAt(vendor.url),
): ReturnType<typeof checked> => checked({ presets, accounts });

const paths = (): string[] => vendor.asked.map(({ path }) => path);

describe('a check', () => {
  const lookups: Readonly<Record<string, Answer>> = {
    [`/v1/avatars/${AVATAR}`]: { body: { id: AVATAR } },
    [`/v1/contexts/${AVATAR}`]: { body: {} },
    '/v1/avatars': { body: { data: [] } },
    '/v1/contexts': { body: { data: [] } },
    '/v1/sessions/concurrency': { body: { limit: 3, active: 1, canStartSession: true } },
    '/v1/users/credits': { body: { code: 1000, data: { credits_left: '7.5' } } },
  };
  beforeEach(() => {
    for (const path of Object.values(PATHS)) vendor.answer(path, 'well');
    for (const [path, answer] of Object.entries(lookups)) vendor.answer(path, answer);
  });

  test('of presets that are well says so, and what it cannot know', async () => {
    const { code, lines } = await checkedPresets([anam, liveavatar, simli]);
    expect(lines).toEqual([
      'good       presets.face: the vendor grants it, for 60 seconds at most',
      'note       SIMLI_API_KEY: what credit is left cannot be known from here',
      'good       presets.guide: the vendor grants it, for 60 seconds at most',
      'good       presets.guide.request.personaConfig.avatarId: exists',
      'note       ANAM_API_KEY: 1 of the plan’s 3 sessions run now; write it as limits.sessions.perVendor.anam',
      'note       ANAM_API_KEY: what credit is left cannot be known from here',
      'good       presets.host: the vendor grants it, for 60 seconds at most',
      'good       presets.host.request.avatar_id: exists',
      'good       presets.host.request.avatar_persona.context_id: exists',
      'good       LIVEAVATAR_API_KEY: has 7.5 credits left',
    ]);
    expect(code).toBe(0);
    expect(paths()).not.toContain(PATHS.start);
    expect(paths()).toContain(PATHS.stop);
  });

  test.each<[string, Preset, Readonly<Record<string, Answer>>, number, string]>([
    [
      'an id that names nothing',
      anam,
      { [`/v1/avatars/${AVATAR}`]: { status: 404 } },
      1,
      'wrong      presets.guide.request.personaConfig.avatarId: names nothing that anam has for this key: look its id up there',
    ],
    [
      'a vendor without that route',
      anam,
      { [`/v1/avatars/${AVATAR}`]: { status: 404 }, '/v1/avatars': { status: 404 } },
      0,
      'note       presets.guide.request.personaConfig.avatarId: cannot be looked up: this address has no /v1/avatars',
    ],
    [
      'a look-up that fails',
      anam,
      { [`/v1/avatars/${AVATAR}`]: { status: 500 } },
      0,
      'note       presets.guide.request.personaConfig.avatarId: cannot be looked up (status 500)',
    ],
    [
      'no credit',
      liveavatar,
      { '/v1/users/credits': { body: { data: { credits_left: '0.4' } } } },
      1,
      'wrong      LIVEAVATAR_API_KEY: has 0.4 credits left, and a session needs one to start: buy some at LiveAvatar',
    ],
    [
      'no credit, where the sandbox takes none',
      { ...liveavatar, request: { mode: 'LITE', avatar_id: AVATAR, is_sandbox: true } },
      { '/v1/users/credits': { body: { data: { credits_left: '0' } } } },
      0,
      'note       LIVEAVATAR_API_KEY: has 0 credits left, and its sandbox takes none',
    ],
    [
      'an id that names nothing, as the envelope says',
      liveavatar,
      { [`/v1/avatars/${AVATAR}`]: { body: { code: 4040, data: null, message: 'avatar not found' } } },
      1,
      'wrong      presets.host.request.avatar_id: names nothing that liveavatar has for this key: look its id up there',
    ],
    [
      'a vendor whose envelope knows no such route',
      liveavatar,
      {
        [`/v1/avatars/${AVATAR}`]: { body: { code: 4040, data: null } },
        '/v1/avatars': { body: { code: 4040, data: null } },
      },
      0,
      'note       presets.host.request.avatar_id: cannot be looked up: this address has no /v1/avatars',
    ],
    [
      'FULL without a context',
      { ...liveavatar, request: { avatar_id: AVATAR } },
      {},
      1,
      'wrong      presets.host.request.avatar_persona.context_id: is missing: in FULL mode the avatar then ignores its user, without an error',
    ],
    [
      'a LiveKit address of the web',
      {
        ...liveavatar,
        request: {
          mode: 'LITE',
          avatar_id: AVATAR,
          livekit_config: {
            livekit_url: 'https://x.example.com',
            livekit_room: 'r',
            livekit_client_token: 't',
          },
        },
      },
      {},
      1,
      'wrong      presets.host.request.livekit_config.livekit_url: is no wss:// address: LiveKit is reached by WebSocket, so write wss:// for https://',
    ],
    [
      'the vendor’s sandbox',
      { ...liveavatar, request: { mode: 'LITE', avatar_id: AVATAR, is_sandbox: true } },
      {},
      0,
      'note       presets.host.request.is_sandbox: is on: sessions end after about a minute, and only LiveAvatar’s own sandbox avatar may be used',
    ],
    [
      'a stored persona',
      { ...anam, request: { personaConfig: { personaId: AVATAR } } },
      { [`/v1/personas/${AVATAR}`]: { body: {} } },
      0,
      'note       presets.guide.request.personaConfig.personaId: takes no cap here: set 60 seconds in the persona at Anam, or nothing ends its sessions',
    ],
    [
      'a face that nobody looks for',
      { ...simli, request: { faceId: 'x' } },
      {},
      0,
      'note       presets.face.request.apiVersion: is not v2: by what users report, Simli then does not look whether the face exists',
    ],
    [
      'a face that is not there',
      simli,
      { [PATHS.simli]: { status: 400, body: { session_token: 'FAIL TOKEN', detail: 'INVALID_FACE_ID' } } },
      1,
      'wrong      presets.face: the vendor',
    ],
    [
      'credit that is used up',
      simli,
      { [PATHS.simli]: { status: 400, body: { session_token: 'FAIL TOKEN', detail: 'BILLING_ERROR' } } },
      1,
      'wrong      presets.face: the account’s credit or minutes are used up: buy some, or wait (quota_exhausted, 400, BILLING_ERROR)',
    ],
    [
      'all sessions taken',
      anam,
      { [PATHS.anam]: { status: 429, body: { error: 'Concurrent session limit reached' } } },
      2,
      'unanswered presets.guide: all of the plan’s sessions are taken: try again when one has ended (concurrency_limit, 429, Concurrent session limit reached)',
    ],
  ])('finds %s', async (_what, preset, answers, code, line) => {
    for (const [path, answer] of Object.entries(answers)) vendor.answer(path, answer);
    const found = await checkedPresets([preset]);
    expect(found.lines.join('\n')).toContain(line);
    expect(found.code).toBe(code);
  });

  test('finds a key that is refused, once, and asks nothing more with it', async () => {
    const quoted = `bad key ${KEYS.anam}`;
    vendor.answer(PATHS.anam, { status: 401, body: { message: quoted } });
    const asked = vendor.asked.length;
    const { code, lines } = await checkedPresets([anam, { ...anam, name: 'other' }]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^wrong {6}ANAM_API_KEY: is refused by anam: copy the key from its dashboard again/,
    );
    expect(lines.join()).not.toContain(KEYS.anam);
    expect([code, vendor.asked.length - asked]).toEqual([1, 1]);
  });

  test('of a vendor that is out of reach is no verdict', async () => {
    const accounts = accountsAt(`http://127.0.0.1:${await freePort()}`);
    const { code, lines } = await checkedPresets([anam], accounts);
    expect(lines).toEqual([
      expect.stringMatching(
        /^unanswered presets.guide: the vendor cannot be reached: look at the network and the base URL/,
      ) as string,
    ]);
    expect(code).toBe(2);
  });

  test('carries the key to nobody else', async () => {
    await using elsewhere = await startFakeVendor();
    const location = `${elsewhere.url}/v1/avatars/${AVATAR}`;
    vendor.answer(`/v1/avatars/${AVATAR}`, { status: 307, headers: { location } });
    expect((await checkedPresets([anam])).lines.join()).toContain('cannot be looked up (no answer)');
    expect(elsewhere.asked).toEqual([]);
  });

  test('of a configuration that is wrong names what is', async () => {
    const lines: string[] = [];
    const refuse = (): Promise<never> => Promise.reject(new ConfigError(['presets.yaml:1:1 is no preset']));
    expect(await runCheck(refuse, (line) => lines.push(line))).toBe(1);
    expect(lines).toEqual(['wrong      configuration: presets.yaml:1:1 is no preset']);
  });
});

test('the sandbox takes the example, and no session begins there', async () => {
  await using sandbox = await createSandbox();
  const apiKey = new Secret('any-key');
  const accounts = {
    simli: { apiKey, baseUrl: sandbox.simli.baseUrl },
    anam: { apiKey, baseUrl: sandbox.anam.baseUrl },
    liveavatar: { apiKey, baseUrl: sandbox.liveavatar.baseUrl },
  };
  const { code, lines } = await checkedPresets(await loadPresets(EXAMPLE, presetRules, accounts), accounts);
  expect(lines.filter((line) => line.startsWith('good'))).toHaveLength(3);
  expect(lines.filter((line) => !/^(?:good|note)/.test(line))).toEqual([]);
  expect(code).toBe(0);
  expect(sandbox.sessions()).toEqual([]);
  expect(sandbox.journal().map(({ operation }) => operation)).not.toContain('sessions.start');

  const bad = new Secret('sandbox-invalid-key');
  const wrong = { ...accounts, liveavatar: { ...accounts.liveavatar, apiKey: bad } };
  const refused = await checkedPresets(await loadPresets(EXAMPLE, presetRules, wrong), wrong);
  expect(refused.code).toBe(1);
  expect(refused.lines.join('\n')).toContain('wrong      LIVEAVATAR_API_KEY: is refused by liveavatar');
});

test('the program prints the lines, and exits with what they come to', async () => {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  await using sandbox = await createSandbox();
  const keys = { SIMLI_API_KEY: 'any-key', ANAM_API_KEY: 'any-key', LIVEAVATAR_API_KEY: 'any-key' };
  const urls = {
    SIMLI_BASE_URL: sandbox.simli.baseUrl,
    ANAM_BASE_URL: sandbox.anam.baseUrl,
    LIVEAVATAR_BASE_URL: sandbox.liveavatar.baseUrl,
  };
  const run = async (env: NodeJS.ProcessEnv, ...args: string[]): Promise<[unknown, string]> => {
    const child = spawn(process.execPath, [main, 'check', '--dev', '--presets', EXAMPLE, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [[code], out] = await Promise.all([once(child, 'exit') as Promise<unknown[]>, text(child.stdout)]);
    return [code, out];
  };
  const [code, out] = await run({ ...keys, ...urls });
  expect([code, out]).toEqual([
    0,
    expect.stringContaining('good       presets.anam-guide: the vendor grants it') as string,
  ]);
  const [missing, why] = await run({ ...keys, ...urls, ANAM_API_KEY: '' });
  expect([missing, why]).toEqual([
    1,
    `wrong      configuration: ${EXAMPLE}:16:5 presets.anam-guide.vendor is anam, and ANAM_API_KEY is not set\n`,
  ]);
  const nobody = spawn(process.execPath, [main, 'check', '--dev', '--presets', EXAMPLE], {
    env: { ...keys, ...urls },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void nobody.kill('SIGKILL'));
  nobody.stdout.destroy();
  const [[unread], err] = await Promise.all([
    once(nobody, 'exit') as Promise<unknown[]>,
    text(nobody.stderr),
  ]);
  expect([unread, err]).toEqual([0, '']);
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  const [unreachable] = await run({ ...keys, ...urls, SIMLI_BASE_URL: nowhere });
  expect(unreachable).toBe(2);
});
