import type { Answer } from '../../wire/answer.ts';
import type { Call } from '../emulation.ts';
import type { AnamContext } from './realtime.ts';
import { anamError } from './reserved.ts';
import type { AnamSession, SessionEnd } from './sessions.ts';

/** GET /v1/sessions/{id} */
export function getSession({ sessions }: AnamContext, { path }: Call): Answer {
  const session = sessions.find(path['id'] ?? '');
  if (!session) return anamError(404, 'Not Found', 'Session not found');
  return { status: 200, body: sessionView(session, sessions.endOf(session)) };
}

/** POST /v1/sessions/{id}/stop */
export function stopSession({ sessions, realtime }: AnamContext, { path }: Call): Answer {
  const session = sessions.find(path['id'] ?? '');
  // Documented for LiveKit's. An engine's own refusal is passed on for one that is over: no document says which.
  if (!session || session.isElsewhere || sessions.over(session) !== undefined) {
    return anamError(404, 'Not Found', 'No such session is running');
  }
  sessions.end(session, 'Stopped through the API');
  realtime.settle();
  return { status: 200, body: { success: true } };
}

/** A session as its record shows it, without what only an account or an engine would know. */
function sessionView(
  { id, persona, startedAt }: AnamSession,
  end: SessionEnd | undefined,
): Record<string, unknown> {
  const startTime = iso(startedAt);
  const endTime = end ? iso(end.at) : null;
  return {
    id,
    personaId: persona.personaId ?? null,
    startTime,
    // The vendor's may come a moment after the end.
    endTime,
    sessionLengthMs: end ? end.at - startedAt : null,
    // Which one belongs to which end is not documented.
    exitStatus: end ? 'NORMAL_EXIT' : null,
    createdAt: startTime,
    updatedAt: endTime,
    toolCalls: [],
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();
