import * as z from 'zod/mini';
import {
  answerCheck,
  answerNothing,
  answerObject,
  answerOptional,
  createCaller as createFetchCaller,
  defineOperation,
  defineVendor,
  fieldsOf,
  openEnum,
  requestCheck,
  textOf,
  validationIssuesOf,
  type Caller,
  type ErrorCode,
  type Operation,
  type Vendor,
} from '../src/index.ts';
import { createCaller as createUndiciCaller } from '../src/index.node.ts';

/** The key that tests give, unmistakable wherever it may turn up. */
export const KEY = 'acme-key-7f3a91d2c4';

const REASONS: Readonly<Record<string, ErrorCode>> = {
  TOO_MANY_SESSIONS: 'concurrency_limit',
  OUT_OF_CREDIT: 'quota_exhausted',
  WRONG_PLAN: 'plan_required',
  WRONG_KEY: 'invalid_key',
};

/** A vendor as any other, made up so that core's tests know none of the real ones. */
export const acme: Vendor = defineVendor({
  name: 'acme',
  baseUrl: 'https://api.acme.example',
  apiKeyVariable: 'ACME_API_KEY',
  apiKeyHeader: (apiKey) => ['x-acme-key', apiKey],
  read: ({ ok, body }) => {
    if (ok) return { data: body };
    const { code, detail } = fieldsOf(body);
    const vendorCode = textOf(code);
    return {
      refusal: {
        code: vendorCode === undefined ? undefined : REASONS[vendorCode],
        vendorCode,
        vendorMessage: textOf(detail),
        issues: validationIssuesOf(body),
      },
    };
  },
});

export interface MintInput {
  face: string;
  livekit_token?: string | undefined;
  settings?: Record<string, unknown> | undefined;
}

export interface Token {
  token: string;
  mood?: 'calm' | 'cheerful' | (string & {}) | undefined;
  seconds?: number | undefined;
}

/** What a healthy answer to {@link mint} holds. */
export const TOKEN: Token = { token: 'a-token' };

const tokenAnswer = answerCheck<Token>()(
  answerObject({
    token: z.string().check(z.minLength(1)),
    mood: answerOptional(openEnum(['calm', 'cheerful'])),
    seconds: answerOptional(z.number()),
  }),
);

/** Minting a token costs nothing, so it may happen twice. */
export const mint: Operation<MintInput, Token> = defineOperation({
  id: 'tokens.mint',
  method: 'POST',
  path: '/v1/tokens',
  credential: 'api_key',
  sends: 'json',
  repeat: 'safe',
  documentation: 'none: acme is made up',
  request: requestCheck<MintInput>()(
    z.strictObject({
      face: z.string().check(z.minLength(1)),
      livekit_token: z.optional(z.string()),
      settings: z.optional(z.record(z.string(), z.unknown())),
    }),
  ),
  answer: tokenAnswer,
});

export interface StartInput {
  session_token: string;
  livekit_token?: string | undefined;
}

/** Starting a session is billed, so it must not happen twice; the session's own token proves who calls. */
export const start: Operation<StartInput, Token> = defineOperation({
  id: 'sessions.start',
  method: 'POST',
  path: '/v1/sessions',
  credential: { bearer: 'session_token' },
  sends: 'json',
  repeat: 'unsent-only',
  documentation: 'none: acme is made up',
  request: requestCheck<StartInput>()(
    z.strictObject({
      session_token: z.string().check(z.minLength(1)),
      livekit_token: z.optional(z.string()),
    }),
  ),
  answer: tokenAnswer,
});

export interface ReadInput {
  session_id: string;
  verbose?: boolean | undefined;
  limit?: number | undefined;
  tags?: string[] | undefined;
}

/** A path with a placeholder, and a query. */
export const read: Operation<ReadInput, Token> = defineOperation({
  id: 'sessions.read',
  method: 'GET',
  path: '/v1/sessions/{session_id}',
  credential: 'api_key',
  sends: 'query',
  repeat: 'safe',
  documentation: 'none: acme is made up',
  request: requestCheck<ReadInput>()(
    z.strictObject({
      session_id: z.string(),
      verbose: z.optional(z.boolean()),
      limit: z.optional(z.int()),
      tags: z.optional(z.array(z.string())),
    }),
  ),
  answer: tokenAnswer,
});

/** A `DELETE` that promises nothing beyond the success itself. */
export const remove: Operation<{ session_id: string }, undefined> = defineOperation({
  id: 'sessions.remove',
  method: 'DELETE',
  path: '/v1/sessions/{session_id}',
  credential: 'api_key',
  sends: 'nothing',
  repeat: 'safe',
  documentation: 'none: acme is made up',
  request: requestCheck<{ session_id: string }>()(z.strictObject({ session_id: z.string() })),
  answer: answerNothing,
});

/** Makes a caller; either door's. */
export type CreateCaller = (...parameters: Parameters<typeof createUndiciCaller>) => Caller;

/** Both ways that requests travel: what holds for one must hold for the other. */
export const DOORS: readonly {
  readonly transport: 'undici' | 'fetch';
  readonly createCaller: CreateCaller;
}[] = [
  { transport: 'undici', createCaller: createUndiciCaller },
  { transport: 'fetch', createCaller: createFetchCaller },
];
