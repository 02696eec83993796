import type { Host } from './hosts.ts';

/** The steps of the story, and what is seen of it from outside, in the order of the table. */
export const STEPS = [
  'guard',
  'entry',
  'door',
  'mint Simli',
  'mint Anam',
  'mint LiveAvatar',
  'retry after 503',
  'typed errors',
  'abort, no answer',
  'abort, half an answer',
  'key unseen',
  'requests',
  'clean end',
] as const;

export type Step = (typeof STEPS)[number];

const refused = (name: string, code: string, status: number): object => ({
  name,
  code,
  status,
  attempts: 1,
  stoppedBy: 'not_retryable',
});

const ABORTED = { name: 'AbortedError', code: 'aborted', attempts: 1, stoppedBy: 'aborted', atOnce: true };

const doors = {
  // undici is loaded by the first call, and not by importing a client.
  undici: { fetched: 0, undiciBefore: false, undiciAfter: true, warmed: true },
  fetch: { fetched: 1, undiciBefore: false, undiciAfter: false, warmed: false },
};

/** What must be told in a runtime. Only the first three steps depend on which one it is. */
export function expectedOf({ kind, version, door }: Host): Readonly<Record<Step, unknown>> {
  return {
    // A worker cannot ask for the version of what runs it; the driver has asked the binary.
    guard: kind === 'workerd' ? { name: kind } : { name: kind, version },
    entry: door === 'undici' ? 'index.node.js' : 'index.js',
    door: doors[door],
    'mint Simli': { session_token: 'a string' },
    'mint Anam': { sessionToken: 'a string', expiresAt: true },
    'mint LiveAvatar': { session_id: 'a string', session_token: 'a string' },
    'retry after 503': ['attempt 1: 503 vendor_unavailable, waits 50 to 1000 ms', 'success after 2'],
    'typed errors': [
      refused('NotFoundError', 'not_found', 400),
      refused('QuotaError', 'quota_exhausted', 429),
      refused('QuotaError', 'concurrency_limit', 200),
      refused('AuthenticationError', 'invalid_key', 401),
      { name: 'InvalidRequestError', code: 'invalid_request', attempts: 0, stoppedBy: 'not_retryable' },
    ],
    'abort, no answer': ABORTED,
    'abort, half an answer': ABORTED,
    'key unseen': { errors: 7, seen: [] },
    requests: REQUESTS,
    'clean end': '',
  };
}

/** What the sandbox must have seen of the story, however it was told. */
const REQUESTS: readonly string[] = [
  'simli compose.createToken 200',
  'simli compose.createToken 200',
  'anam sessionTokens.create 200',
  'liveavatar sessions.createToken 200',
  'anam sessionTokens.create 503',
  'anam sessionTokens.create 200',
  'simli compose.createToken 400',
  'anam sessionTokens.create 429',
  'liveavatar sessions.createToken 200',
  'anam sessionTokens.create 401',
  'liveavatar sessions.createToken 200',
  'simli compose.createToken 200',
];
