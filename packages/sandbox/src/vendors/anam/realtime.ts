import type { WebSocket } from 'ws';
import { Peer, sendOn } from '../../media/peer.ts';
import type { Theatre } from '../../media/performance.ts';
import { Performance } from '../../media/performance.ts';
import { VOICE_RATE } from '../../media/voice.ts';
import type { Wrtc } from '../../media/wrtc.ts';
import { loadWrtc } from '../../media/wrtc.ts';
import type { Knock, Opening } from '../socket.ts';
import { bytesOf, drop, jsonOf, tell, withoutWebRtc } from '../socket.ts';
import { SIGNALLING_PATH } from './engine.ts';
import type { AnamSession, AnamSessions } from './sessions.ts';
import { Talker } from './talker.ts';
import type { AnamTokens } from './tokens.ts';

/** What Anam's half of the sandbox holds. */
export interface AnamStage extends Theatre {
  readonly tokens: AnamTokens;
  readonly sessions: AnamSessions;
  /** The sessions that a browser has joined. */
  readonly engines: Map<string, AnamEngine>;
  readonly concurrency: number;
}

const message = (actionType: string, sessionId: string, payload: unknown): string =>
  JSON.stringify({ actionType, sessionId, payload });

/** Anam's signalling WebSocket, for a session that was started over HTTP. */
export async function connectAnam(stage: AnamStage, { path, query }: Knock): Promise<Opening> {
  const session = stage.sessions.find(query['session_id'] ?? '');
  if (path !== SIGNALLING_PATH || !session || stage.sessions.over(session) !== undefined) {
    return { refuse: { status: 404 } };
  }
  try {
    const wrtc = await loadWrtc();
    return {
      accept: (socket) => {
        session.joined = true;
        const engine = stage.engines.get(session.id) ?? new AnamEngine(stage, wrtc, session);
        engine.attach(socket);
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
  readonly #performance: Performance;
  readonly #talker: Talker;
  #socket: WebSocket | undefined;
  #peer: Peer | undefined;
  #channel: RTCDataChannel | undefined;
  #greeted = false;

  constructor(stage: AnamStage, wrtc: Wrtc, session: AnamSession) {
    const { id } = session;
    this.#wrtc = wrtc;
    this.#session = session;
    const part = {
      vendor: 'anam',
      id,
      transport: 'p2p',
      speechRate: VOICE_RATE,
      over: () => stage.sessions.over(session),
    } as const;
    this.#performance = new Performance(stage, wrtc, part, {
      goodbye: (reason) => {
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
        stage.sessions.end(session, 'The client left');
        stage.engines.delete(id);
      },
    });
    this.#talker = new Talker(this.#performance.studio.speech, {
      channel: (messageType, data) => {
        sendOn(this.#channel, JSON.stringify({ messageType, data }));
      },
      signal: (actionType, payload) => {
        this.#signal(actionType, payload);
      },
    });
    stage.engines.set(id, this);
  }

  /** The client's WebSocket, or its next one after a break. */
  attach(socket: WebSocket): void {
    this.#socket = socket;
    this.#performance.found();
    socket.on('message', (data) => {
      const heard = jsonOf(bytesOf(data).toString());
      if (!heard || this.#performance.silent) return;
      this.#hear(String(heard['actionType']), heard['payload']).catch(() => {
        this.#signal('warning', `Could not take ${String(heard['actionType'])}`);
      });
    });
    socket.on('close', () => {
      if (this.#socket === socket) this.#performance.lost();
    });
  }

  say(text: string): void {
    this.#talker.say(text);
  }

  async #hear(actionType: string, payload: unknown): Promise<void> {
    const told = (typeof payload === 'object' && payload !== null ? payload : {}) as Record<string, unknown>;
    if (actionType === 'offer') await this.#answer(told);
    else if (actionType === 'icecandidate') await this.#peer?.add(told);
    else if (actionType === 'talkstream') this.#talker.stream(told);
    else if (actionType === 'agentaudioinput') this.#talker.playAudio(told);
    else if (actionType === 'agentaudioinputend') this.#talker.endAudio();
    else if (actionType === 'heartbeat') this.#signal('heartbeat', '');
  }

  /** A first offer, or another one that restarts ICE. */
  async #answer({ connectionDescription }: Record<string, unknown>): Promise<void> {
    const { sdp } = (connectionDescription ?? {}) as { sdp?: string };
    if (sdp === undefined || this.#performance.dead) return;
    const { studio } = this.#performance;
    const isNew = !this.#peer?.open;
    const peer = this.#peer?.open ? this.#peer : this.#connection();
    this.#peer = peer;
    const answer = await peer.answer(sdp, () => {
      if (!isNew) return;
      peer.connection.addTrack(studio.video, studio.stream);
      peer.connection.addTrack(studio.audio, studio.stream);
    });
    this.#signal('answer', { type: 'answer', sdp: answer });
  }

  #connection(): Peer {
    return new Peer(this.#wrtc, {
      candidate: (candidate) => {
        this.#signal('icecandidate', candidate);
      },
      connected: () => {
        this.#performance.connected();
        if (!this.#greeted) this.#signal('sessionready', {});
        this.#greeted = true;
      },
      failed: () => {
        this.#performance.studio.stop();
      },
      channel: (channel) => {
        this.#channel = channel;
        channel.addEventListener('message', ({ data }) => {
          this.#hearChannel(jsonOf(String(data)) ?? {});
        });
        this.#greet();
      },
    });
  }

  #greet(): void {
    const { initialMessage, skipGreeting } = this.#session.persona;
    if (initialMessage && !skipGreeting) this.say(initialMessage);
  }

  #hearChannel({ message_type, content }: Record<string, unknown>): void {
    if (message_type === 'interrupt') this.#talker.interrupt();
    if (message_type === 'speech' && typeof content === 'string') this.#talker.hear(content);
  }

  #signal(actionType: string, payload: unknown): void {
    if (this.#socket && !this.#performance.silent) {
      tell(this.#socket, message(actionType, this.#session.id, payload));
    }
  }
}
