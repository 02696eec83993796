import type { WebSocket } from 'ws';
import type { RoomRegistry } from '../../livekit/room-registry.ts';
import { Room } from '../../livekit/room.ts';
import { loadStack, type LiveKitStack } from '../../livekit/stack.ts';
import { AvatarSession, type SessionContext } from '../../media/avatar-session.ts';
import { VOICE_RATE } from '../../media/voice.ts';
import { withoutWebRtc } from '../../media/without-webrtc.ts';
import { remember } from '../../remember.ts';
import { fieldsOf } from '../../wire/fields.ts';
import { listen, type Note } from '../../wire/listen.ts';
import { drop, tell } from '../../wire/socket.ts';
import type { RealtimeRequest, UpgradeDecision } from '../../wire/upgrade.ts';
import { fastApiNoRoute } from '../fastapi.ts';
import { FullAgent, LiteAgent } from './agent.ts';
import { isActive, type LiveSession } from './session.ts';
import type { LiveSessions } from './sessions.ts';

const COMMANDS = 'agent-control';
const EVENTS = 'agent-response';
/** The participant whose tracks the SDK takes. */
const AVATAR = 'heygen';
const AUDIO_PATH = /^\/ws\/([^/]+)$/;

/** What LiveAvatar's half of the sandbox holds. */
export interface LiveAvatarContext extends SessionContext {
  readonly sessions: LiveSessions;
  readonly roomRegistry: RoomRegistry;
}

/** The sessions that somebody has joined, and the tokens of their rooms. */
export class LiveAvatarRooms {
  readonly #context: LiveAvatarContext;
  readonly #joined = new Map<string, JoinedSession>();
  /** The tokens of the rooms, by session. */
  readonly #tokens = new Map<string, string>();

  constructor(context: LiveAvatarContext) {
    this.#context = context;
  }

  /** From now on the room's token opens it, as long as the session is active. */
  admit({ id }: LiveSession, token: string): void {
    const { roomRegistry, sessions } = this.#context;
    remember(this.#tokens, id, token);
    roomRegistry.admit(token, () => {
      const session = sessions.byId(id);
      return session && isActive(session) ? (stack) => this.#join(stack, session).room : undefined;
    });
  }

  /** The session is over: its token opens nothing any more. */
  dismiss({ id }: LiveSession): void {
    const token = this.#tokens.get(id);
    if (token === undefined) return;
    this.#tokens.delete(id);
    this.#context.roomRegistry.dismiss(token);
  }

  async connect(request: RealtimeRequest): Promise<UpgradeDecision> {
    const decision = await this.#context.roomRegistry.connect(request);
    if (decision) return decision;
    const session = this.#context.sessions.byId(AUDIO_PATH.exec(request.path)?.[1] ?? '');
    // The caller's own room is out of reach, so nobody would see what the avatar says.
    if (
      session?.plan.mode !== 'LITE' ||
      session.plan.hasConnector ||
      session.plan.room ||
      !isActive(session)
    ) {
      return { refuse: fastApiNoRoute(404) };
    }
    try {
      const stack = await loadStack();
      return {
        accept: (socket, note) => {
          // Meanwhile the session may have ended.
          if (isActive(session)) this.#join(stack, session).takeAudio(socket, note);
          else socket.close();
        },
      };
    } catch (error) {
      return withoutWebRtc(error, () => ({ refuse: { status: 424 } }));
    }
  }

  clear(): void {
    this.#context.roomRegistry.clear();
    this.#tokens.clear();
    this.#joined.clear();
  }

  #join(stack: LiveKitStack, session: LiveSession): JoinedSession {
    const known = this.#joined.get(session.id);
    if (known) return known;
    const joined = new JoinedSession(this.#context, stack, session, () => {
      this.#joined.delete(session.id);
      if (!isActive(session)) this.dismiss(session);
    });
    this.#joined.set(session.id, joined);
    return joined;
  }
}

/** One session in its room, and in LITE mode on its own WebSocket too. */
class JoinedSession {
  readonly room: Room;
  readonly #context: LiveAvatarContext;
  readonly #session: LiveSession;
  readonly #avatarSession: AvatarSession;
  readonly #agent: FullAgent;
  #audioSocket: WebSocket | undefined;

  constructor(context: LiveAvatarContext, stack: LiveKitStack, session: LiveSession, ended: () => void) {
    const { id, plan } = session;
    this.#context = context;
    this.#session = session;
    this.#avatarSession = new AvatarSession(
      context,
      stack.wrtc,
      {
        vendor: 'liveavatar',
        id,
        transport: 'livekit',
        speechRate: VOICE_RATE,
        endReason: 'SERVER_ERROR',
        over: () => {
          context.sessions.settle(session);
          return session.end?.reason;
        },
      },
      {
        announceEnd: async (reason) => {
          context.sessions.stop(session, reason);
          await this.room.dismiss(() => {
            this.#agent.tell('session.stopped', undefined, { stop_reason: reason });
          });
        },
        drop: () => {
          this.room.drop();
        },
        cutMedia: () => {
          this.room.cut();
        },
        closed: () => {
          this.#audioSocket?.close();
          ended();
        },
      },
    );
    this.room = new Room(stack, this.#avatarSession, {
      name: id,
      avatar: AVATAR,
      others: plan.mode === 'FULL' ? [`liveavatar-agent-${id}`] : [],
      hear: (topic, payload) => {
        if (topic === COMMANDS && plan.mode === 'FULL') this.#agent.hear(fieldsOf(Buffer.from(payload)));
      },
      left: () => {
        this.#avatarSession.close();
      },
    });
    this.#agent = new FullAgent(this.#avatarSession.media.speech, id, {
      publish: (event) => {
        this.room.publish(EVENTS, event);
      },
      transcribe: (role, text) => {
        context.sessions.transcribe(session, role, text);
      },
      stop: () => {
        this.#avatarSession.end('USER_CLOSED');
      },
    });
  }

  /** LITE mode's own WebSocket. */
  takeAudio(socket: WebSocket, note: Note): void {
    if (this.#audioSocket) drop(this.#audioSocket);
    this.#audioSocket = socket;
    const say = (message: object): void => {
      if (!this.#avatarSession.silent) tell(socket, JSON.stringify(message));
    };
    const agent = new LiteAgent(this.#avatarSession.media.speech, say);
    say({ type: 'session.state_updated', state: 'connected' });
    // The vendor answers a wrong command with nothing at all.
    listen(socket, {
      note,
      hear: (data) => {
        if (this.#avatarSession.silent) return;
        const message = fieldsOf(data);
        if (message['type'] === 'session.keep_alive') this.#context.sessions.keepAlive(this.#session);
        agent.hear(message);
      },
    });
  }
}
