import { LIVEKIT_PATH } from '../../livekit/room-registry.ts';
import type { Call } from '../emulation.ts';
import {
  creditsConsumed,
  isActive,
  isHistoric,
  maxDurationMs,
  nextLineAt,
  ranMs,
  type LiveSession,
} from './session.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

/** A session as lists show it. */
export function sessionView(session: LiveSession, now: number): Record<string, unknown> {
  const { id, createdAt, updatedAt, end, plan } = session;
  return {
    id,
    created_at: iso(createdAt),
    updated_at: iso(updatedAt),
    duration: Math.floor(ranMs(session, now) / 1000),
    source: 'API',
    mode: plan.mode,
    is_sandbox: plan.isSandbox,
    credits_consumed: Math.round(creditsConsumed(session, now) * 100) / 100,
    ...(end && { end_at: iso(end.at), end_reason: end.reason }),
  };
}

/** What a start answers: the caller's own room, or one of the sandbox with this token. */
export function startedView(
  { id, plan }: LiveSession,
  baseUrl: string,
  token: string,
): Record<string, unknown> {
  const socketUrl = baseUrl.replace(/^http/, 'ws');
  const room = plan.room ?? { url: `${socketUrl}${LIVEKIT_PATH}`, token };
  return {
    session_id: id,
    livekit_url: room.url,
    livekit_client_token: room.token,
    max_session_duration: Math.floor(maxDurationMs(plan) / 1000),
    // Only here may a caller send the avatar audio of its own.
    ...(plan.mode === 'LITE' && !plan.hasConnector && { ws_url: `${socketUrl}/ws/${id}` }),
  };
}

/** What was said from one time until before another, oldest first: whoever reads on has each line once. */
export function transcriptView(session: LiveSession, { query }: Call, now: number): Record<string, unknown> {
  const from = Number(query['start_timestamp'] ?? -Infinity);
  const to = Number(query['end_timestamp'] ?? Infinity);
  return {
    session_active: isActive(session),
    next_timestamp: Math.max(from, Math.min(to, nextLineAt(session, now))),
    transcript_data: session.transcript.filter(({ absolute_timestamp: at }) => at >= from && at < to),
  };
}

/** No session here comes of an embed. */
function isAskedFor(session: LiveSession, { type, avatar_id, context_id, embed_id }: Call['query']): boolean {
  const { avatarId, contextId } = session.plan;
  return (
    (type === 'active' ? isActive(session) : isHistoric(session)) &&
    (avatar_id === undefined || avatar_id.toLowerCase() === avatarId) &&
    (context_id === undefined || context_id.toLowerCase() === contextId) &&
    embed_id === undefined
  );
}

/** One page of sessions; a session that never started is in neither list. */
export function pageView(
  sessions: readonly LiveSession[],
  { query, baseUrl }: Call,
  now: number,
): Record<string, unknown> {
  const page = Number(query['page'] ?? 1);
  const size = Number(query['page_size'] ?? 20);
  const found = sessions.filter((session) => isAskedFor(session, query));
  const link = (to: number): string =>
    `${baseUrl}/v1/sessions?${new URLSearchParams({ ...query, page: String(to) }).toString()}`;
  return {
    count: found.length,
    next: page * size < found.length ? link(page + 1) : null,
    previous: page > 1 ? link(page - 1) : null,
    results: found.slice((page - 1) * size, page * size).map((session) => sessionView(session, now)),
  };
}
