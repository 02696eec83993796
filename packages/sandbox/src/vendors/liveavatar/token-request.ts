import type { SessionPlan } from './session.ts';

/** The default on the vendor's default paid plan. */
const MAX_DURATION_SECONDS = 1200;

const connectors = [
  'elevenlabs_agent_config',
  'openai_realtime_config',
  'gemini_realtime_config',
  'cartesia_agent_config',
] as const;

/** POST /v1/sessions/token, as far as the sandbox acts on it; the contract has held the body to it. */
export interface TokenRequest {
  readonly mode?: 'FULL' | 'LITE' | 'CUSTOM';
  readonly avatar_id: string;
  readonly is_sandbox?: boolean;
  readonly max_session_duration?: number;
  readonly livekit_config?: { readonly livekit_url: string; readonly livekit_client_token: string };
  readonly avatar_persona?: InContext;
  readonly openai_realtime_config?: InContext;
  readonly gemini_realtime_config?: InContext;
}

interface InContext {
  readonly context_id?: string;
}

/** The body of a stop or a keep-alive. */
export interface SessionRequest {
  readonly session_id?: string;
  readonly reason?: string;
}

export function planOf(request: TokenRequest): SessionPlan {
  const mode = (request.mode ?? 'FULL') === 'FULL' ? 'FULL' : 'LITE';
  // Fields of the other mode are unknown ones, which the vendor swallows.
  const room = mode === 'LITE' ? request.livekit_config : undefined;
  const inContext =
    mode === 'FULL'
      ? request.avatar_persona
      : (request.openai_realtime_config ?? request.gemini_realtime_config);
  return {
    mode,
    avatarId: request.avatar_id.toLowerCase(),
    contextId: inContext?.context_id?.toLowerCase(),
    isSandbox: request.is_sandbox ?? false,
    maxDurationMs: Math.max(0, request.max_session_duration ?? MAX_DURATION_SECONDS) * 1000,
    room: room && { url: room.livekit_url, token: room.livekit_client_token },
    hasConnector: mode === 'LITE' && connectors.some((name) => name in request),
  };
}
