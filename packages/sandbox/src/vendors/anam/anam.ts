import type { SessionContext } from '../../media/avatar-session.ts';
import type { Answer } from '../../wire/answer.ts';
import type { Call, Dialect, VendorEmulation } from '../emulation.ts';
import { fixedAnswer, isReserved } from '../reserved-value.ts';
import { startSession, talk } from './engine.ts';
import { connectAnam, type AnamContext } from './realtime.ts';
import { anamError, anamKeys, anamPersonas, anamUsageLimit } from './reserved.ts';
import { getSession, stopSession } from './session-records.ts';
import { AnamSessions } from './sessions.ts';
import { AnamTokens, isSessionToken, personaOf, type AnamPersona } from './tokens.ts';

export interface AnamOptions {
  /** How many tokens may be minted before the usage limit answers; no limit by default. */
  readonly mintLimit?: number | undefined;
  /** How many sessions may run at once; no limit by default. */
  readonly concurrency?: number | undefined;
}

interface TokenRequest {
  readonly personaConfig?: AnamPersona;
}

/** What Anam says where no value of the request decides it. */
const words: Readonly<Record<number, readonly [error: string, message: string]>> = {
  400: ['Bad Request', 'Invalid request body'],
  401: ['Unauthorized', 'Invalid or missing API key'],
  402: ['Payment Required', 'No active plan'],
  403: ['Forbidden', 'This configuration is not authorised for your organisation'],
  404: ['Not Found', 'Session not found'],
  405: ['Method Not Allowed', 'Cannot be answered here'],
  413: ['Payload Too Large', 'The request is too large'],
  429: ['Usage limit reached', 'Your organisation has used all its minutes for this month'],
  503: ['Service Unavailable', 'No engine is free'],
};

const problem = (status: number): Answer =>
  anamError(status, ...(words[status] ?? ['Internal Server Error', 'Something went wrong']));

const dialect: Dialect = {
  unauthorized: (_operation, credential) => fixedAnswer(anamKeys, credential?.value) ?? problem(401),
  invalid: (violations) => {
    const first = violations.map(({ location, message }) =>
      `${location.slice(1).join('.')} ${message}`.trim(),
    );
    const what = violations.some(({ location }) => location[0] === 'path') ? 'session ID' : 'request body';
    return anamError(400, 'Bad Request', `Invalid ${what}: ${first.join('; ')}`);
  },
  noRoute: (status) => anamError(status, words[status]?.[0] ?? 'Error', 'Cannot be answered here'),
  problem: (_operation, status) => problem(status),
};

function createToken(tokens: AnamTokens, { mintLimit = Infinity }: AnamOptions, call: Call): Answer {
  // The contract has held the body to exactly this.
  const { personaConfig = {} } = call.body as TokenRequest;
  const persona = personaOf(personaConfig);
  const reserved = fixedAnswer(anamPersonas, persona.personaId, persona.avatarId);
  if (reserved) return reserved;
  if (tokens.minted >= mintLimit) return anamUsageLimit;
  return { status: 200, body: { sessionToken: tokens.mint(persona) } };
}

/** Anam, as its document has it. */
export function createAnam(shared: SessionContext, options: AnamOptions): VendorEmulation<'anam'> {
  const context: AnamContext = {
    ...shared,
    tokens: new AnamTokens(shared.clock),
    sessions: new AnamSessions(shared.clock, options.concurrency),
    engines: new Map(),
  };
  return {
    handlers: {
      'sessionTokens.create': (call) => createToken(context.tokens, options, call),
      'engine.startSession': (call) => startSession(context, call),
      'engine.talk': (call) => talk(context, call),
      'sessions.get': (call) => getSession(context, call),
      'sessions.stop': (call) => stopSession(context, call),
      'metrics.send': () => ({ status: 200, body: {} }),
    },
    dialect,
    accepts: (operation, { value }) =>
      !isReserved(anamKeys, value) && (operation === 'engine.startSession' || !isSessionToken(value)),
    browserCredentials: false,
    connect: (request) => connectAnam(context, request),
    reset: () => {
      context.tokens.clear();
      context.sessions.clear();
    },
  };
}
