import { given, KEY, type Contender } from '../contender.ts';
import { json } from '../dialects.ts';

const call = 'POST JSON, `x-simli-api-key`';
const headers = { 'x-simli-api-key': KEY };
const face = { faceId: 'cara' };

interface Answer {
  readonly session_token?: unknown;
}

/** Clients for any HTTP, making the call that Simli's API asks for. */
export const httpClients: readonly Contender[] = [
  {
    name: 'ky',
    packages: ['ky'],
    call,
    timeout: '`timeout`, 10 s',
    dialect: json,
    open: async (url, timeout) => {
      const { default: ky } = await import('ky');
      return async (signal) => {
        const options = { json: face, headers, ...given({ signal, timeout }) };
        return (await ky.post(`${url}/compose/token`, options).json<Answer>()).session_token;
      };
    },
  },
  {
    name: 'got',
    packages: ['got'],
    call,
    timeout: '`timeout.request`, none',
    dialect: json,
    open: async (url, request) => {
      const { default: got } = await import('got');
      return async (signal) => {
        const options = { json: face, headers, timeout: given({ request }), ...given({ signal }) };
        return (await got.post(`${url}/compose/token`, options).json<Answer>()).session_token;
      };
    },
  },
  {
    name: 'axios',
    packages: ['axios'],
    call,
    timeout: '`timeout`, none',
    dialect: json,
    open: async (url, timeout) => {
      const { default: axios } = await import('axios');
      return async (signal) => {
        const options = { headers, ...given({ signal, timeout }) };
        return (await axios.post<Answer>(`${url}/compose/token`, face, options)).data.session_token;
      };
    },
  },
  {
    name: 'ofetch',
    packages: ['ofetch'],
    call,
    timeout: '`timeout`, none',
    dialect: json,
    open: async (url, timeout) => {
      const { ofetch } = await import('ofetch');
      return async (signal) => {
        const options = { method: 'POST', body: face, headers, ...given({ signal, timeout }) };
        return (await ofetch<Answer>(`${url}/compose/token`, options)).session_token;
      };
    },
  },
  {
    name: 'undici RetryAgent',
    packages: ['undici'],
    call,
    timeout: '`headersTimeout` and `bodyTimeout`, 5 min',
    dialect: json,
    open: async (url, timeoutMs) => {
      const { Agent, request, RetryAgent } = await import('undici');
      const agent = new Agent(given({ headersTimeout: timeoutMs, bodyTimeout: timeoutMs }));
      const dispatcher = new RetryAgent(agent);
      return async (signal) => {
        const { statusCode, body } = await request(`${url}/compose/token`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify(face),
          dispatcher,
          ...given({ signal }),
        });
        if (statusCode !== 200) throw new Error(`answered ${statusCode}`);
        return ((await body.json()) as Answer).session_token;
      };
    },
  },
];
