import { randomUUID } from 'node:crypto';
import type { Answer } from '../../wire/answer.ts';
import { disturbed, type Call } from '../emulation.ts';
import { fixedAnswer } from '../reserved-value.ts';
import type { AnamContext } from './realtime.ts';
import { anamConcurrency, anamError, anamPersonas, anamStarts } from './reserved.ts';
import { isSessionToken, personaOf, type AnamPersona } from './tokens.ts';

/** Where the browser SDK finds the signalling, below the vendor's address. */
export const SIGNALLING_PATH = '/v1/engine/ws';

/** POST /v1/engine/session: with a session token, or with an API key and a persona of its own. */
export function startSession(context: AnamContext, { credential, body, baseUrl }: Call): Answer {
  const disturbance = context.realtime.refusal('anam');
  if (disturbance) return disturbed(disturbance, disturbance === 'capacity' ? anamConcurrency : unauthorized);
  const shown = credential?.value ?? '';
  const hasToken = isSessionToken(shown);
  // The contract has held the body to exactly this.
  const given = (body['personaConfig'] ?? {}) as AnamPersona;
  const persona = hasToken ? context.tokens.persona(shown) : personaOf(given);
  if (!persona) return unauthorized;
  const { personaId, avatarId } = persona;
  const reserved =
    fixedAnswer(anamStarts, personaId, avatarId) ?? fixedAnswer(anamPersonas, personaId, avatarId);
  if (reserved) return reserved;
  if (context.sessions.areFull()) return anamConcurrency;
  const id = hasToken ? context.tokens.redeem(shown) : randomUUID();
  if (id === undefined) return unauthorized;
  // With a token nothing of the body counts.
  const isElsewhere = !hasToken && hasRoom(body['environment']);
  context.sessions.start(id, persona, isElsewhere);
  return { status: 200, body: startedView(id, baseUrl, isElsewhere) };
}

/** Whether the engine is to join a LiveKit room of the caller's; no document has the field, clients send it. */
const hasRoom = (environment: unknown): boolean =>
  typeof environment === 'object' && environment !== null && 'livekitUrl' in environment;

const unauthorized = anamError(401, 'Unauthorized', 'The session token is invalid, expired or used');

function startedView(sessionId: string, baseUrl: string, isElsewhere: boolean): Record<string, unknown> {
  const { host, pathname } = new URL(baseUrl);
  return {
    sessionId,
    region: 'sandbox',
    // The SDK puts `/talk` behind it, and replaces its path by the endpoint for signalling. Left out for LiveKit.
    ...(!isElsewhere && { engineHost: `${host}${pathname}` }),
    engineProtocol: 'http',
    signallingEndpoint: `${pathname}${SIGNALLING_PATH}`,
    clientConfig: { heartbeatIntervalSeconds: 5, maxWsReconnectionAttempts: 5, iceServers: [] },
  };
}

/** POST /talk */
export function talk(context: AnamContext, { query, body }: Call): Answer {
  const engine = context.engines.get(query['session_id'] ?? '');
  if (!engine) return anamError(404, 'Not Found', 'No such session');
  // Unproven, as is all that the vendor answers to too much.
  if (engine.full) return anamError(429, 'Too Many Requests', 'Too much is waiting to be said');
  engine.say(String(body['content']));
  return { status: 200, body: { success: true } };
}
