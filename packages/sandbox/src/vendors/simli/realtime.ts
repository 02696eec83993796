import type { WebSocket } from 'ws';
import type { RoomRegistry } from '../../livekit/room-registry.ts';
import { loadStack } from '../../livekit/stack.ts';
import { AvatarSession, type SessionContext } from '../../media/avatar-session.ts';
import { withoutWebRtc } from '../../media/without-webrtc.ts';
import { loadWrtc, type Wrtc } from '../../media/wrtc.ts';
import { listen, type Message, type Note } from '../../wire/listen.ts';
import { drop, tell } from '../../wire/socket.ts';
import type { RealtimeRequest, UpgradeDecision } from '../../wire/upgrade.ts';
import { fastApiNoRoute } from '../fastapi.ts';
import { SIMLI_RATE, SimliAudio } from './audio.ts';
import { livekit } from './livekit.ts';
import { p2p } from './p2p.ts';
import type { SimliSession, SimliSessions } from './sessions.ts';

/** What a Simli session needs of the sandbox. */
export interface SimliContext extends SessionContext {
  readonly sessions: SimliSessions;
  readonly roomRegistry: RoomRegistry;
}

/** What a transport works with. */
export interface SimliTransportContext {
  readonly id: string;
  readonly avatarSession: AvatarSession;
  readonly say: (text: string) => void;
  readonly roomRegistry: RoomRegistry;
  readonly baseUrl: string;
}

/** How the picture reaches the client. */
export interface SimliTransport {
  /** A text that is none of those that every transport has. */
  hear(text: string): Promise<void> | void;
  /** Breaks whatever signalling it has of its own. */
  drop(): void;
  close(): void;
}

interface Loaded {
  readonly name: 'p2p' | 'livekit';
  readonly wrtc: Wrtc;
  readonly create: (context: SimliTransportContext) => SimliTransport;
}

/** The transports by their paths; each loads no more than it needs. */
const transports: Readonly<Record<string, () => Promise<Loaded>>> = {
  '/compose/webrtc/p2p': async () => {
    const wrtc = await loadWrtc();
    return { name: 'p2p', wrtc, create: (context) => p2p({ wrtc }, context) };
  },
  '/compose/webrtc/livekit': async () => {
    const stack = await loadStack();
    return { name: 'livekit', wrtc: stack.wrtc, create: (context) => livekit(stack, context) };
  },
};

const noToken = 'ERROR: INVALID_SESSION_TOKEN';
const full = 'RATE LIMIT REACHED: all sessions of your plan are in use';

/** Simli's WebSockets. */
export async function connectSimli(
  context: SimliContext,
  request: RealtimeRequest,
): Promise<UpgradeDecision> {
  const { path, query, baseUrl } = request;
  const inRoom = await context.roomRegistry.connect(request);
  if (inRoom) return inRoom;
  const load = Object.hasOwn(transports, path) ? transports[path] : undefined;
  if (!load) return { refuse: fastApiNoRoute(404) };
  const refusal = context.realtime.refusal('simli');
  if (refusal) return { ...refuse(refusal === 'capacity' ? full : noToken), note: `disturbance: ${refusal}` };
  try {
    const transport = await load();
    return {
      // A token is used up by a WebSocket that is open, and not by one that was asked for.
      accept: (socket, note) => {
        const session = context.sessions.redeem(query['session_token'] ?? '');
        if (session) startSession(context, baseUrl, { socket, note }, session, transport);
        else closeWith(socket, noToken);
      },
    };
  } catch (error) {
    return withoutWebRtc(error, (sentence) => refuse(`ERROR: ${sentence}`));
  }
}

/** Simli opens the WebSocket for anybody, and refuses on it. */
const refuse = (text: string): UpgradeDecision => ({
  accept: (socket) => {
    closeWith(socket, text);
  },
});

function closeWith(socket: WebSocket, text: string): void {
  tell(socket, text);
  socket.close();
}

/** A session on its WebSocket: audio in, SPEAK and SILENT out, STOP at the end. */
function startSession(
  context: SimliContext,
  baseUrl: string,
  { socket, note }: { readonly socket: WebSocket; readonly note: Note },
  { session_id: id }: SimliSession,
  { name, wrtc, create }: Loaded,
): void {
  const { sessions } = context;
  const plan = {
    vendor: 'simli',
    id,
    transport: name,
    speechRate: SIMLI_RATE,
    // The vendor gives no reason.
    endReason: 'over',
    over: () => (sessions.isOver(id) ? 'over' : undefined),
  } as const;
  const avatarSession: AvatarSession = new AvatarSession(context, wrtc, plan, {
    announceEnd: () => {
      tell(socket, 'STOP');
      socket.close();
    },
    drop: () => {
      drop(socket);
      transport.drop();
    },
    cutMedia: () => {
      transport.close();
    },
    closed: () => {
      sessions.finish(id);
    },
  });
  const say = (text: string): void => {
    if (!avatarSession.silent) tell(socket, text);
  };
  const transport = create({ id, avatarSession, say, roomRegistry: context.roomRegistry, baseUrl });
  const audio = new SimliAudio(avatarSession.media.speech, say);
  const destination = Buffer.from(`sandbox/${id}`).toString('base64');
  // With a blank after the colon: the SDK looks for SDP and LIVEKIT in the first word before anything else, and
  // a destination might hold either by chance.
  say(`{"destination": "${destination}", "session_id": "${id}"}`);
  const hear = async (message: Message): Promise<void> => {
    if (avatarSession.silent) return;
    if (typeof message !== 'string') {
      sessions.heard(id);
      audio.take(message);
      say('ACK');
    } else if (message === 'SKIP') audio.skip();
    else if (message === 'DONE') avatarSession.close();
    else await transport.hear(message);
  };
  listen(socket, { note, hear });
  socket.on('close', () => {
    avatarSession.lost();
  });
}
