import { given, KEY, type Contender } from '../contender.ts';
import { json } from '../dialects.ts';

const shared = {
  packages: ['@org/simli'],
  timeout: '`attemptTimeoutMs`, 10 s; `deadlineMs`, 30 s',
  dialect: json,
} as const;

/** Ours: an operation that may happen twice, and one that may not, since it is billed. */
export const ours: readonly Contender[] = [
  {
    ...shared,
    name: '**ours**, a token',
    call: 'compose.createToken, `x-simli-api-key`',
    repeat: 'safe',
    open: async (baseUrl, attemptTimeoutMs) => {
      const { Simli } = await import('@org/simli');
      const simli = new Simli({ apiKey: KEY, baseUrl, attemptTimeoutMs });
      return async (signal) =>
        (await simli.compose.createToken({ faceId: 'cara' }, given({ signal }))).session_token;
    },
  },
  {
    ...shared,
    name: '**ours**, a billed start',
    call: 'livekit.startAgentsSession, both tokens in the body',
    repeat: 'unsent-only',
    open: async (baseUrl, attemptTimeoutMs) => {
      const { Simli } = await import('@org/simli');
      const simli = new Simli({ apiKey: KEY, baseUrl, attemptTimeoutMs });
      const session = { session_token: KEY, livekit_token: KEY, livekit_url: 'wss://example.livekit.cloud' };
      return async (signal) =>
        (await simli.livekit.startAgentsSession(session, given({ signal }))).session_id;
    },
  },
];
