import { versionOf } from '@org/presets/version-of';

/** Who is measured: each makes the function that performs one call, loading only what it needs. */
export interface Contender {
  readonly name: string;
  /** What it checks, beside sending. */
  readonly does: string;
  readonly make: (url: string) => Promise<() => Promise<unknown>>;
}

const KEY = 'bench-key-0123456789';
const FACE = { faceId: '5fc23ea5-8175-4a82-aaaf-cdd8c88543dc', maxSessionLength: 600, maxIdleTime: 60 };
const AVATAR = '3c90c3cc-0d44-4b50-8888-8dd25736052a';
const PERSONA = { name: 'Cara', avatarId: AVATAR, voiceId: AVATAR, llmId: AVATAR, systemPrompt: 'Be kind.' };
const HEADERS = { 'content-type': 'application/json', 'x-simli-api-key': KEY };
const CONNECTIONS = 64;

/** A package and the version of it that is measured. */
const versioned = (name: string): string => `${name} ${versionOf(name, new URL('../', import.meta.url))}`;

/** The name that the ratios are made against, and the one below which nothing can be faster. */
export const BASELINE = 'undici.request';
export const FLOOR = 'undici dispatch';

export const contenders: readonly Contender[] = [
  {
    name: BASELINE,
    does: 'JSON both ways',
    make: async (url) => {
      const { Agent, request } = await import('undici');
      const dispatcher = new Agent({ connections: CONNECTIONS });
      return async () => {
        const body = JSON.stringify(FACE);
        const answer = await request(`${url}/compose/token`, {
          method: 'POST',
          headers: HEADERS,
          body,
          dispatcher,
        });
        return answer.body.json();
      };
    },
  },
  {
    name: FLOOR,
    does: 'JSON both ways',
    make: async (url) => {
      const { Pool } = await import('undici');
      const pool = new Pool(url, { connections: CONNECTIONS });
      return () =>
        new Promise((resolve, reject) => {
          const chunks: Buffer[] = [];
          pool.dispatch(
            { path: '/compose/token', method: 'POST', headers: HEADERS, body: JSON.stringify(FACE) },
            {
              onRequestStart: () => undefined,
              onResponseStart: () => undefined,
              onResponseData: (_, chunk) => {
                chunks.push(chunk);
              },
              onResponseEnd: () => {
                resolve(JSON.parse(Buffer.concat(chunks).toString()));
              },
              onResponseError: (_, error) => {
                reject(error);
              },
            },
          );
        });
    },
  },
  {
    name: 'global fetch',
    does: 'JSON both ways',
    make: (url) =>
      Promise.resolve(async () => {
        const body = JSON.stringify(FACE);
        const answer = await fetch(`${url}/compose/token`, { method: 'POST', headers: HEADERS, body });
        return (await answer.json()) as unknown;
      }),
  },
  {
    name: versioned('simli-client'),
    does: 'no timeout, no retry, no check',
    make: async (url) => {
      const { generateSimliSessionToken } = await import('simli-client/dist/client.js');
      return () => generateSimliSessionToken({ config: { ...FACE, handleSilence: true }, apiKey: KEY }, url);
    },
  },
  {
    name: versioned('@anam-ai/js-sdk'),
    does: 'no timeout, no retry, no check',
    make: async (url) => {
      // The helper warns at each call that keys do not belong in a browser, which would be measured too.
      console.warn = () => undefined;
      const { unsafe_createClientWithApiKey } = await import('@anam-ai/js-sdk');
      const client = unsafe_createClientWithApiKey(
        KEY,
        { ...PERSONA, personaId: AVATAR },
        { api: { baseUrl: url } },
      );
      const api = Reflect.get(client, 'apiClient') as {
        unsafe_getSessionToken(persona: object): Promise<string>;
      };
      return () => api.unsafe_getSessionToken(PERSONA);
    },
  },
  {
    name: versioned('openai'),
    does: 'timeout, retries',
    make: async (url) => {
      const { OpenAI } = await import('openai');
      const openai = new OpenAI({ apiKey: KEY, baseURL: `${url}/v1` });
      return () =>
        openai.realtime.clientSecrets.create({ session: { type: 'realtime', model: 'gpt-realtime' } });
    },
  },
  {
    name: versioned('stripe'),
    does: 'timeout, retries',
    make: async (url) => {
      const { Stripe } = await import('stripe');
      const { hostname, port } = new URL(url);
      const stripe = new Stripe(KEY, { host: hostname, port, protocol: 'http', telemetry: false });
      return () => stripe.customers.create({ name: 'Cara', description: 'Be kind.' });
    },
  },
  {
    name: '@org/simli',
    does: 'both checks, timeout, deadline, retries, budget',
    make: async (url) => {
      const { Simli } = await import('@org/simli');
      const simli = new Simli({ apiKey: KEY, baseUrl: url });
      return () => simli.compose.createToken(FACE);
    },
  },
  {
    name: '@org/anam',
    does: 'both checks, timeout, deadline, retries, budget',
    make: async (url) => {
      const { Anam } = await import('@org/anam');
      const anam = new Anam({ apiKey: KEY, baseUrl: url });
      return () => anam.sessionTokens.create({ personaConfig: PERSONA });
    },
  },
  {
    name: '@org/liveavatar',
    does: 'both checks, timeout, deadline, retries, budget',
    make: async (url) => {
      const { LiveAvatar } = await import('@org/liveavatar');
      const liveavatar = new LiveAvatar({ apiKey: KEY, baseUrl: url });
      return () =>
        liveavatar.sessions.createToken({ mode: 'FULL', avatar_id: AVATAR, max_session_duration: 600 });
    },
  },
];
