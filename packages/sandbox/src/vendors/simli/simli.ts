import type { Answer } from '../../wire/answer.ts';
import type { Call, Dialect, VendorEmulation } from '../emulation.ts';
import { fastApiNoRoute, someValidationError, validationError } from '../fastapi.ts';
import { fixedAnswer, isReserved } from '../reserved-value.ts';
import { connectSimli, type SimliContext } from './realtime.ts';
import { simliFaces, simliKeys, tokenFailure } from './reserved.ts';
import { isSessionToken, type SimliSessions } from './sessions.ts';

/** The defaults that Simli documents. */
const MAX_SESSION_LENGTH = 3600;
const MAX_IDLE_TIME = 300;

interface TokenRequest {
  readonly faceId: string;
  readonly maxSessionLength?: number;
  readonly maxIdleTime?: number;
}

const dialect: Dialect = {
  unauthorized(operation, credential) {
    const answer = fixedAnswer(simliKeys, credential?.value) ?? tokenFailure(401, 'INVALID_API_KEY');
    // `FAIL TOKEN` belongs to the token's own answer; other operations only give the reason.
    return operation === 'compose.createToken'
      ? answer
      : { status: answer.status, body: { detail: 'INVALID_API_KEY' } };
  },
  invalid: validationError,
  noRoute: fastApiNoRoute,
  problem(operation, status) {
    if (status === 401) return this.unauthorized(operation, undefined);
    if (status === 404 || status === 405) return fastApiNoRoute(status);
    if (status === 422) return someValidationError;
    if (status === 400 && operation === 'compose.createToken') return tokenFailure(400, 'UNKNOWN_ERROR');
    if (status === 400 && operation === 'livekit.startAgentsSession') return sessionFailed;
    return { status, body: { detail: 'UNKNOWN_ERROR' } };
  },
};

const sessionFailed: Answer = {
  status: 400,
  body: { error: 'Session Failed', code: 'INVALID_SESSION_TOKEN' },
};

function createToken(sessions: SimliSessions, call: Call): Answer {
  // The contract has held the body to exactly these.
  const {
    faceId,
    maxSessionLength = MAX_SESSION_LENGTH,
    maxIdleTime = MAX_IDLE_TIME,
  } = call.body as unknown as TokenRequest;
  const reserved = fixedAnswer(simliFaces, ...faceId.split('/'));
  if (reserved) return reserved;
  const session_token = sessions.mint({ faceId, maxSessionLength, maxIdleTime });
  return { status: 200, body: { session_token } };
}

function startAgentsSession(sessions: SimliSessions, call: Call): Answer {
  const session = sessions.redeem(String(call.body['session_token']), true);
  if (!session) return sessionFailed;
  const destination = Buffer.from(`sandbox/${session.session_id}`).toString('base64');
  return { status: 200, body: { status: 'started', session_id: session.session_id, destination } };
}

/** Simli, as its documents have it. */
export function createSimli(context: SimliContext): VendorEmulation<'simli'> {
  const { sessions } = context;
  return {
    handlers: {
      'compose.createToken': (call) => createToken(sessions, call),
      'compose.listIceServers': () => ({
        status: 200,
        // Nothing listens there: it only keeps a browser SDK from falling back to a public server.
        body: [{ urls: 'stun:127.0.0.1:3478', username: 'sandbox', credential: 'sandbox' }],
      }),
      'livekit.startAgentsSession': (call) => startAgentsSession(sessions, call),
    },
    dialect,
    accepts: (_operation, { value }) => !isReserved(simliKeys, value) && !isSessionToken(value),
    browserCredentials: false,
    connect: (request) => connectSimli(context, request),
    realtimeGet: (request) => context.roomRegistry.validate(request),
    reset: () => {
      sessions.clear();
      context.roomRegistry.clear();
    },
  };
}
