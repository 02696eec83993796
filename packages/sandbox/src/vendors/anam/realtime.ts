import type { WebSocket } from 'ws';
import { AvatarSession, type SessionContext } from '../../media/avatar-session.ts';
import { Peer, sendOn } from '../../media/peer.ts';
import { VOICE_RATE } from '../../media/voice.ts';
import { withoutWebRtc } from '../../media/without-webrtc.ts';
import { loadWrtc, type Wrtc } from '../../media/wrtc.ts';
import { fieldsOf, objectOf, textOf, type Fields } from '../../wire/fields.ts';
import { listen, type Note } from '../../wire/listen.ts';
import { drop, tell } from '../../wire/socket.ts';
import type { RealtimeRequest, UpgradeDecision } from '../../wire/upgrade.ts';
import { SIGNALLING_PATH } from './engine.ts';
import type { AnamSession, AnamSessions } from './sessions.ts';
import { Talker } from './talker.ts';
import type { AnamTokens } from './tokens.ts';

/** What Anam's half of the sandbox holds. */
export interface AnamContext extends SessionContext {
  readonly tokens: AnamTokens;
  readonly sessions: AnamSessions;
  /** The sessions that a browser has joined. */
  readonly engines: Map<string, AnamEngine>;
}

const message = (actionType: string, sessionId: string, payload: unknown): string =>
  JSON.stringify({ actionType, sessionId, payload });

/** Anam's signalling WebSocket, for a session that was started over HTTP. */
export async function connectAnam(
  context: AnamContext,
  { path, query }: RealtimeRequest,
): Promise<UpgradeDecision> {
  const session = context.sessions.find(query['session_id'] ?? '');
  if (
    path !== SIGNALLING_PATH ||
    !session ||
    session.isElsewhere ||
    context.sessions.over(session) !== undefined
  ) {
    return { refuse: { status: 404 } };
  }
  try {
    const wrtc = await loadWrtc();
    return {
      accept: (socket, note) => {
        context.sessions.join(session);
        const engine = context.engines.get(session.id) ?? new AnamEngine(context, wrtc, session);
        engine.attach(socket, note);
      },
    };
  } catch (error) {
    return withoutWebRtc(error, (sentence) => ({
      accept: (socket) => {
        tell(socket, message('endsession', session.id, sentence));
        socket.close();
      },
    }));
  }
}

/** One session: its signalling, which may break and come back, and its one media connection. */
export class AnamEngine {
  readonly #wrtc: Wrtc;
  readonly #session: AnamSession;
  readonly #avatarSession: AvatarSession;
  readonly #talker: Talker;
  #socket: WebSocket | undefined;
  /** Of the client's last WebSocket: what comes over the data channel has no other place in the journal. */
  #note: Note | undefined;
  #peer: Peer | undefined;
  #channel: RTCDataChannel | undefined;
  #greeted = false;

  constructor(context: AnamContext, wrtc: Wrtc, session: AnamSession) {
    const { id } = session;
    this.#wrtc = wrtc;
    this.#session = session;
    const plan = {
      vendor: 'anam',
      id,
      transport: 'p2p',
      speechRate: VOICE_RATE,
      endReason: 'Ended by the sandbox',
      over: () => {
        if (this.#avatarSession.media.speech.speaking) context.sessions.heard(session);
        return context.sessions.over(session);
      },
    } as const;
    this.#avatarSession = new AvatarSession(context, wrtc, plan, {
      announceEnd: (reason) => {
        this.#signal('endsession', reason);
        this.#socket?.close();
      },
      drop: () => {
        if (this.#socket) drop(this.#socket);
      },
      cutMedia: () => {
        this.#peer?.close();
      },
      closed: () => {
        context.sessions.end(session, 'The client left');
        context.engines.delete(id);
      },
    });
    this.#talker = new Talker(this.#avatarSession.media.speech, {
      channel: (messageType, data) => {
        context.sessions.heard(session);
        sendOn(this.#channel, JSON.stringify({ messageType, data }));
      },
      signal: (actionType, payload) => {
        this.#signal(actionType, payload);
      },
    });
    context.engines.set(id, this);
  }

  /** The client's WebSocket, or its next one after a break. */
  attach(socket: WebSocket, note: Note): void {
    // Without a word: a client that has opened another one may not know yet that the first is broken.
    if (this.#socket) drop(this.#socket);
    this.#socket = socket;
    this.#note = note;
    this.#avatarSession.found();
    listen(socket, {
      note,
      hear: async (heard) => {
        if (!this.#avatarSession.silent) await this.#hear(fieldsOf(heard));
      },
      refuse: (problem) => {
        this.#warn(problem);
      },
    });
    socket.on('close', () => {
      if (this.#socket === socket) this.#avatarSession.lost();
    });
  }

  /** Whether nothing more can be said for now. */
  get full(): boolean {
    return this.#avatarSession.media.speech.full;
  }

  say(text: string): void {
    this.#talker.say(text);
  }

  async #hear(heard: Fields): Promise<void> {
    const actionType = textOf(heard, 'actionType');
    const payload = (): Fields => objectOf(heard, 'payload');
    if (actionType === 'offer') await this.#answer(payload());
    else if (actionType === 'icecandidate') await this.#peer?.add(payload());
    else if (actionType === 'talkstream') this.#talker.hearStream(payload());
    else if (actionType === 'agentaudioinput') this.#talker.hearAudio(payload());
    else if (actionType === 'agentaudioinputend') this.#talker.endAudio();
    else if (actionType === 'heartbeat') this.#signal('heartbeat', '');
  }

  /** A first offer, or another one that restarts ICE. */
  async #answer(offer: Fields): Promise<void> {
    const sdp = textOf(objectOf(offer, 'connectionDescription'), 'sdp') ?? '';
    if (this.#avatarSession.dead) return;
    const { media } = this.#avatarSession;
    const isNew = !this.#peer?.open;
    const peer = this.#peer?.open ? this.#peer : this.#connection();
    this.#peer = peer;
    const answer = await peer.answer(sdp, () => {
      if (!isNew) return;
      peer.connection.addTrack(media.video, media.stream);
      peer.connection.addTrack(media.audio, media.stream);
    });
    this.#signal('answer', { type: 'answer', sdp: answer });
  }

  #connection(): Peer {
    // One that has failed holds its ports until it is closed.
    this.#peer?.close();
    return new Peer(this.#wrtc, {
      candidate: (candidate) => {
        this.#signal('icecandidate', candidate);
      },
      connected: () => {
        this.#avatarSession.connected();
        if (!this.#greeted) this.#signal('sessionready', {});
        this.#greeted = true;
      },
      failed: () => {
        this.#avatarSession.media.stop();
      },
      channel: (channel) => {
        this.#channel = channel;
        listen(channel, {
          note: (problem) => this.#note?.(problem),
          hear: (heard) => {
            this.#hearChannel(fieldsOf(heard));
          },
          refuse: (problem) => {
            this.#warn(problem);
          },
        });
        this.#greet();
      },
    });
  }

  #greet(): void {
    const { initialMessage, skipGreeting } = this.#session.persona;
    if (initialMessage && !skipGreeting && !this.full) this.say(initialMessage);
  }

  #hearChannel(heard: Fields): void {
    const message_type = textOf(heard, 'message_type');
    if (message_type === 'interrupt') this.#talker.interrupt();
    if (message_type === 'speech') this.#talker.hear(textOf(heard, 'content') ?? '');
  }

  #warn(problem: string): void {
    this.#signal('warning', `Could not take a message: ${problem}`);
  }

  #signal(actionType: string, payload: unknown): void {
    if (this.#socket && !this.#avatarSession.silent) {
      tell(this.#socket, message(actionType, this.#session.id, payload));
    }
  }
}
