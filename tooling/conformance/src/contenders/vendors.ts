import { given, KEY, type Contender } from '../contender.ts';
import { json, xml } from '../dialects.ts';

/** Clients that a vendor publishes for its API, or is built on. */
export const vendors: readonly Contender[] = [
  {
    name: 'openai',
    packages: ['openai'],
    call: 'realtime.clientSecrets.create, `authorization`',
    timeout: '`timeout`, 10 min',
    dialect: json,
    open: async (url, timeout) => {
      const { OpenAI } = await import('openai');
      const openai = new OpenAI({ apiKey: KEY, baseURL: url, ...given({ timeout }) });
      return async (signal) => {
        const session = { type: 'realtime', model: 'gpt-realtime' } as const;
        const answer = await openai.realtime.clientSecrets.create({ session }, given({ signal }));
        return answer.value;
      };
    },
  },
  {
    name: 'anthropic',
    packages: ['@anthropic-ai/sdk'],
    call: 'messages.create, `x-api-key`',
    timeout: '`timeout`, 10 min',
    dialect: json,
    open: async (url, timeout) => {
      const { Anthropic } = await import('@anthropic-ai/sdk');
      const anthropic = new Anthropic({ apiKey: KEY, baseURL: url, ...given({ timeout }) });
      return async (signal) => {
        const messages = [{ role: 'user', content: 'Hello' }] as const;
        const answer = await anthropic.messages.create(
          { model: 'claude-sonnet-4-5', max_tokens: 16, messages: [...messages] },
          given({ signal }),
        );
        // An answer that is no JSON comes back as a string, whatever the types say.
        const first = (answer as Partial<typeof answer>).content?.[0];
        return first?.type === 'text' ? first.text : undefined;
      };
    },
  },
  {
    name: 'stripe',
    packages: ['stripe'],
    call: 'customers.create, `authorization`',
    timeout: '`timeout`, 80 s',
    dialect: json,
    takesNoSignal: true,
    open: async (url, timeout) => {
      const { Stripe } = await import('stripe');
      const { hostname, port } = new URL(url);
      const stripe = new Stripe(KEY, { host: hostname, port, protocol: 'http', ...given({ timeout }) });
      return async () => (await stripe.customers.create({ name: 'Cara' })).id;
    },
  },
  {
    name: 'AWS STS',
    packages: ['@aws-sdk/client-sts'],
    call: 'GetSessionToken, signed',
    timeout: '`requestTimeout` with `throwOnRequestTimeout`, none',
    dialect: xml,
    open: async (url, requestTimeout) => {
      const { GetSessionTokenCommand, STSClient } = await import('@aws-sdk/client-sts');
      const sts = new STSClient({
        endpoint: url,
        region: 'us-east-1',
        credentials: { accessKeyId: 'canary-id', secretAccessKey: KEY },
        ...(requestTimeout && { requestHandler: { requestTimeout, throwOnRequestTimeout: true } }),
      });
      return async (abortSignal) => {
        const answer = await sts.send(new GetSessionTokenCommand({}), given({ abortSignal }));
        return answer.Credentials?.SessionToken;
      };
    },
  },
  {
    name: 'azure',
    packages: ['@azure/core-rest-pipeline', '@azure-rest/core-client'],
    call: 'POST as its REST clients do it, `x-simli-api-key`',
    timeout: '`timeout`, none',
    dialect: json,
    open: async (url, timeout) => {
      const { createRestError, getClient } = await import('@azure-rest/core-client');
      const client = getClient(
        url,
        { key: KEY },
        { credentials: { apiKeyHeaderName: 'x-simli-api-key' }, allowInsecureConnection: true },
      );
      return async (abortSignal) => {
        const answer = await client
          .pathUnchecked('/compose/token')
          .post({ body: { faceId: 'cara' }, ...given({ abortSignal, timeout }) });
        if (answer.status !== '200') throw createRestError(answer);
        return (answer.body as { session_token?: unknown }).session_token;
      };
    },
  },
  {
    name: 'octokit',
    packages: ['@octokit/core', '@octokit/plugin-retry'],
    call: 'request, `authorization`',
    timeout: 'has none',
    dialect: json,
    open: async (url) => {
      const [{ Octokit }, { retry }] = await Promise.all([
        import('@octokit/core'),
        import('@octokit/plugin-retry'),
      ]);
      const octokit = new (Octokit.plugin(retry))({ auth: KEY, baseUrl: url });
      return async (signal) => {
        const answer = await octokit.request('POST /compose/token', {
          faceId: 'cara',
          request: given({ signal }),
        });
        return (answer.data as { session_token?: unknown }).session_token;
      };
    },
  },
];
