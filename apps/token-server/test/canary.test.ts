import { Secret } from '@org/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Preset } from '../src/config/presets.ts';
import { ask, askForSession, type Reply } from './ask.ts';
import { PATHS, startFakeVendor, type FakeVendor } from './fake-vendor.ts';
import { start, type Started } from './start.ts';

/** One mark in every place where a secret may be; what has the mark in it has leaked. */
const MARK = 'canary';
const secret = (what: string): string => `${MARK}-${what}-5d1c9f`;

const marked = (text: string): boolean => text.includes(MARK);

let vendor: FakeVendor;
let started: Started;

beforeAll(async () => {
  vendor = await startFakeVendor();
  const account = (name: string) => ({ apiKey: new Secret(secret(`${name}-key`)), baseUrl: vendor.url });
  const accounts = { simli: account('simli'), anam: account('anam'), liveavatar: account('liveavatar') };
  const common = { description: undefined, caps: { maxSessionSeconds: 60 } };
  const avatar_id = '3c90c3cc-0d44-4b50-8888-8dd25736052a';
  const presets: Preset[] = [
    { ...common, name: 'simli', vendor: 'simli', request: { faceId: secret('face') } },
    {
      ...common,
      name: 'anam',
      vendor: 'anam',
      request: { personaConfig: { systemPrompt: secret('prompt') } },
    },
    {
      ...common,
      name: 'liveavatar',
      vendor: 'liveavatar',
      request: {
        mode: 'LITE',
        avatar_id,
        livekit_config: {
          livekit_url: 'wss://x',
          livekit_room: 'r',
          livekit_client_token: secret('livekit'),
        },
      },
    },
    // Refused by the client's own check, whose words must not quote it.
    {
      ...common,
      name: 'broken',
      vendor: 'anam',
      request: { personaConfig: { avatarModel: secret('model') } },
    },
  ];
  started = await start(accounts, { presets });
});
afterAll(async () => {
  await started[Symbol.asyncDispose]();
  await vendor[Symbol.asyncDispose]();
});

/** Everything of an answer that a caller, a proxy or a browser sees. */
const whole = ({ headers, text }: Reply): string => JSON.stringify(headers) + text;

const callers = {
  authorization: `Bearer ${secret('authorization')}`,
  cookie: `session=${secret('cookie')}`,
  'x-api-key': secret('header'),
  'user-agent': secret('agent'),
  referer: `http://localhost/?${secret('referer')}`,
};

async function askWrongly(): Promise<Reply[]> {
  const json = { ...callers, 'content-type': 'application/json' };
  const post = (body: string, headers = json, path = '/v1/sessions'): Promise<Reply> =>
    ask(started.url + path, { method: 'POST', headers, body });
  return Promise.all([
    ask(`${started.url}/${secret('path')}`, { headers: callers }),
    ask(`${started.url}/v1/presets?token=${secret('query')}`, { headers: callers }),
    ask(`${started.url}/healthz?${secret('query')}`, { headers: callers }),
    ask(`${started.url}/v1/sessions?${secret('query')}`, { method: 'DELETE', headers: callers }),
    ask(started.url, { headers: { host: `${secret('host')}.example.com` } }),
    post('{"preset":"anam"}', { ...json, ...{ origin: `https://${secret('origin')}.example.com` } }),
    post(JSON.stringify({ preset: secret('preset') })),
    post(JSON.stringify({ preset: { token: secret('value') } })),
    post(JSON.stringify({ preset: 'anam', overrides: { systemPrompt: secret('value') } })),
    post(JSON.stringify({ preset: 'anam', token: secret('value') })),
    post(`{"preset": ${secret('not-json')}`),
    post(secret('long').repeat(1_000)),
    post(secret('text'), { ...json, 'content-type': `text/${secret('type')}` }),
    post('{}', { ...json, 'content-type': `application/json; charset=${secret('charset')}` }),
  ]);
}

/** Vendors that quote what they were sent, as they may. */
async function failAtVendors(): Promise<Reply[]> {
  const replies: Reply[] = [];
  const keys = ['simli-key', 'anam-key', 'liveavatar-key'].map(secret).join(' ');
  for (const status of [200, 400, 401, 403, 404, 409]) {
    for (const path of Object.values(PATHS)) {
      const said = path === PATHS.liveavatar ? `${keys} ${secret('livekit')}` : keys;
      vendor.answer(path, {
        status,
        body: { session_token: 'FAIL TOKEN', error: said, detail: said, message: said, code: 4010 },
      });
    }
    for (const preset of ['simli', 'anam', 'liveavatar', 'broken']) {
      replies.push(await askForSession(started.url, { preset }, callers));
    }
  }
  return replies;
}

test('no secret is in any answer or in the log, whatever goes wrong', async () => {
  const wrong = [...(await askWrongly()), ...(await failAtVendors())];
  expect(wrong.filter(({ status }) => status >= 400)).toHaveLength(12 + 24);
  expect(wrong.map(whole).filter(marked)).toEqual([]);
  expect(started.lines.length).toBeGreaterThan(wrong.length);
  expect(started.lines.filter(marked)).toEqual([]);
});

test('a minted token is in the body of its grant, and nowhere else', async () => {
  const body = {
    session_token: secret('minted'),
    sessionToken: secret('minted'),
    session_id: 'an-id',
  };
  for (const path of [PATHS.simli, PATHS.anam, PATHS.liveavatar]) vendor.answer(path, { body });
  vendor.answer(PATHS.ice, { body: [{ urls: 'turn:x', credential: secret('ice') }] });
  for (const preset of ['simli', 'anam', 'liveavatar']) {
    const reply = await askForSession(started.url, { preset }, callers);
    expect([reply.status, reply.json]).toMatchObject([201, { token: secret('minted') }]);
    expect(JSON.stringify(reply.headers)).not.toContain(MARK);
  }
  expect(started.lines.filter(marked)).toEqual([]);
});
