import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type {
  DisconnectReason,
  JoinResponse,
  SignalResponse,
  SignalTarget,
  TrickleRequest,
} from '@livekit/protocol';
import { WebSocket } from 'ws';
import type { AvatarSession } from '../media/avatar-session.ts';
import { Peer, sendOn } from '../media/peer.ts';
import { fieldsOf } from '../wire/fields.ts';
import { listen, type Message, type Note } from '../wire/listen.ts';
import { drop, tell } from '../wire/socket.ts';
import type { LiveKitStack } from './stack.ts';
import { withStreamIds, type TrackNames } from './stream-ids.ts';

/** Who is in a room beside its one client, and who listens to what the client says there. */
export interface RoomPlan {
  readonly name: string;
  /** The participant whose face is shown. */
  readonly avatar: string;
  /** Participants without tracks. */
  readonly others: readonly string[];
  /** A message of the client, by its topic. */
  readonly hear: (topic: string, payload: Uint8Array) => void;
  /** The client has left, and said so. */
  readonly left: () => void;
}

/** Above 13 a client opens its own connection only when it has something to send. */
const PROTOCOL = 15;
const PING_SECONDS = { pingInterval: 5, pingTimeout: 15 };
/** How long a client has to leave by itself after it was told to. */
const LEAVE_MS = 1000;
/**
 * A session is often ended because its client has just left; that news may come by another way, a moment later. Within
 * this time it has been sent, so that nothing is said to a client that is closing its channel (see `sendOn`).
 */
const LULL_MS = 200;

const sid = (kind: 'RM' | 'PA' | 'TR'): string => `${kind}_${randomBytes(6).toString('hex')}`;

type Told = SignalResponse['message'];

/** A room with one avatar and at most one client, as LiveKit's signalling (version 0) shows it. */
export class Room {
  readonly #stack: LiveKitStack;
  readonly #session: AvatarSession;
  readonly #plan: RoomPlan;
  readonly #names: TrackNames = { participant: sid('PA'), audio: sid('TR'), video: sid('TR') };
  readonly #sid: string = sid('RM');
  #socket: WebSocket | undefined;
  /** The client has said that it leaves. */
  #isLeaving = false;
  /** Of the client's last WebSocket: what comes over a data channel has no other place in the journal. */
  #note: Note | undefined;
  /** Shows the face, and carries what the room says. */
  #subscriber: Peer | undefined;
  #reliable: RTCDataChannel | undefined;
  /** The number of the client's last message: after a break it sends again what came later. */
  #heard = 0;
  /** Carries what the client says; made when it first does. */
  #publisher: Peer | undefined;

  constructor(stack: LiveKitStack, session: AvatarSession, plan: RoomPlan) {
    this.#stack = stack;
    this.#session = session;
    this.#plan = plan;
  }

  /** A client joins, anew. */
  join(socket: WebSocket, note: Note): void {
    this.cut();
    this.#heard = 0;
    this.#isLeaving = false;
    // Of two clients with one identity LiveKit keeps the later.
    this.#disconnect('DUPLICATE_IDENTITY');
    this.#listen(socket, note);
    if (this.#session.silent) return;
    this.#say({ case: 'join', value: this.#joined() });
    this.#offer().catch(() => {
      drop(socket);
    });
  }

  /** A client comes back after its WebSocket broke; it has to join anew when its media are gone. */
  resume(socket: WebSocket, note: Note): void {
    const { LeaveRequest, LeaveRequest_Action, ReconnectResponse } = this.#stack.protocol;
    this.#listen(socket, note);
    if (this.#session.silent) return;
    if (this.#subscriber?.open) {
      this.#say({ case: 'reconnect', value: new ReconnectResponse({ lastMessageSeq: this.#heard }) });
    } else {
      this.#say({ case: 'leave', value: new LeaveRequest({ action: LeaveRequest_Action.RECONNECT }) });
      socket.close();
    }
  }

  /** Sends a message to the client, on a topic. */
  publish(topic: string, message: object): void {
    const { DataPacket, DataPacket_Kind, UserPacket } = this.#stack.protocol;
    const payload = new TextEncoder().encode(JSON.stringify(message));
    const packet = new DataPacket({
      kind: DataPacket_Kind.RELIABLE,
      value: { case: 'user', value: new UserPacket({ payload, topic }) },
    });
    sendOn(this.#reliable, new Uint8Array(packet.toBinary()));
  }

  /** Tells the client to leave, after a last message; resolves when it has gone. */
  async dismiss(sendLast: () => void): Promise<void> {
    await wait(LULL_MS);
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) return;
    // Not `once` of `node:events`: it rejects over a broken frame, after which the socket closes just as well.
    const gone = new Promise<false>((resolve) => {
      socket.once('close', () => {
        resolve(false);
      });
    });
    const late = wait(LEAVE_MS, false);
    // What the client said before its pong has been read by then.
    const answers = new Promise<true>((resolve) => {
      socket.once('pong', () => {
        resolve(true);
      });
    });
    socket.ping();
    if ((await Promise.race([answers, gone, late])) && !this.#isLeaving) {
      sendLast();
      await Promise.race([gone, late]);
    }
    this.#disconnect('ROOM_DELETED');
  }

  drop(): void {
    if (this.#socket) drop(this.#socket);
  }

  /** Closes the media connections, and tells nobody. */
  cut(): void {
    this.#subscriber?.close();
    this.#publisher?.close();
    this.#subscriber = this.#publisher = this.#reliable = undefined;
  }

  /** Tells the client to leave for good. */
  #disconnect(why: keyof typeof DisconnectReason): void {
    const { DisconnectReason, LeaveRequest, LeaveRequest_Action } = this.#stack.protocol;
    const leave = { action: LeaveRequest_Action.DISCONNECT, reason: DisconnectReason[why] };
    this.#say({ case: 'leave', value: new LeaveRequest(leave) });
    this.#socket?.close();
  }

  #listen(socket: WebSocket, note: Note): void {
    this.drop();
    this.#socket = socket;
    this.#note = note;
    this.#session.found();
    // LiveKit gives up a connection on which it cannot read what it is sent.
    listen(socket, {
      note,
      hear: async (message) => {
        // A client that was told to leave may go on sending for a while.
        if (this.#socket === socket && !this.#session.silent) await this.#hear(message);
      },
      refuse: () => {
        drop(socket);
      },
    });
    socket.on('close', () => {
      if (this.#socket === socket) this.#session.lost();
    });
  }

  #joined(): JoinResponse {
    const { protocol } = this.#stack;
    const { JoinResponse, ParticipantInfo, ParticipantInfo_State, TrackInfo, TrackSource, TrackType } =
      protocol;
    const permission = new protocol.ParticipantPermission({
      canSubscribe: true,
      canPublish: true,
      canPublishData: true,
    });
    const state = ParticipantInfo_State.ACTIVE;
    const { width, height } = this.#session.media.size;
    const tracks = [
      new TrackInfo({
        sid: this.#names.audio,
        type: TrackType.AUDIO,
        source: TrackSource.MICROPHONE,
        name: 'audio',
      }),
      new TrackInfo({
        sid: this.#names.video,
        type: TrackType.VIDEO,
        source: TrackSource.CAMERA,
        name: 'video',
        width,
        height,
      }),
    ];
    const others = this.#plan.others.map(
      (identity) => new ParticipantInfo({ sid: sid('PA'), identity, state }),
    );
    const avatar = { sid: this.#names.participant, identity: this.#plan.avatar, state, tracks };
    return new JoinResponse({
      room: new protocol.Room({ sid: this.#sid, name: this.#plan.name }),
      participant: new ParticipantInfo({ sid: sid('PA'), identity: 'user', state, permission }),
      otherParticipants: [new ParticipantInfo(avatar), ...others],
      subscriberPrimary: true,
      serverInfo: new protocol.ServerInfo({ version: '1.9.0', protocol: PROTOCOL }),
      ...PING_SECONDS,
    });
  }

  /** Offers the face. */
  async #offer(): Promise<void> {
    if (this.#session.dead) return;
    const { wrtc, protocol } = this.#stack;
    const { media } = this.#session;
    const peer = new Peer(wrtc, {
      candidate: (candidate) => {
        this.#trickle(candidate, protocol.SignalTarget.SUBSCRIBER);
      },
      connected: () => {
        this.#session.connected();
      },
      failed: () => {
        if (this.#subscriber === peer) media.stop();
      },
    });
    this.#subscriber = peer;
    this.#reliable = peer.connection.createDataChannel('_reliable', { ordered: true });
    peer.connection.createDataChannel('_lossy', { ordered: false, maxRetransmits: 0 });
    for (const track of [media.audio, media.video]) {
      peer.connection.addTransceiver(track, { direction: 'sendonly', streams: [media.stream] });
    }
    const sdp = withStreamIds(await peer.offer(), this.#names);
    this.#say({ case: 'offer', value: new protocol.SessionDescription({ type: 'offer', sdp, id: 1 }) });
  }

  async #hear(request: Message): Promise<void> {
    const { protocol } = this.#stack;
    const { message } = protocol.SignalRequest.fromBinary(protobufIn(request));
    switch (message.case) {
      case 'answer':
        await this.#subscriber?.accept(message.value.sdp);
        break;
      case 'offer':
        await this.#answer(message.value.sdp, message.value.id);
        break;
      case 'trickle':
        await this.#candidate(message.value);
        break;
      case 'addTrack': {
        const { cid, type, source, name } = message.value;
        const track = new protocol.TrackInfo({ sid: sid('TR'), type, source, name });
        this.#say({ case: 'trackPublished', value: new protocol.TrackPublishedResponse({ cid, track }) });
        break;
      }
      case 'pingReq': {
        const lastPingTimestamp = message.value.timestamp;
        const pong = new protocol.Pong({ lastPingTimestamp, timestamp: BigInt(Date.now()) });
        this.#say({ case: 'pongResp', value: pong });
        break;
      }
      case 'leave':
        this.#isLeaving = true;
        this.#plan.left();
        break;
      default:
      // Subscriptions, track settings, statistics: a room with one avatar needs none of them.
    }
  }

  /** The client has something to send: data, or a microphone, which nobody here listens to. */
  async #answer(offer: string, id: number): Promise<void> {
    if (this.#session.dead) return;
    const { wrtc, protocol } = this.#stack;
    if (!this.#publisher?.open) {
      // One that has failed holds its ports until it is closed.
      this.#publisher?.close();
      this.#publisher = new Peer(wrtc, {
        candidate: (candidate) => {
          this.#trickle(candidate, protocol.SignalTarget.PUBLISHER);
        },
        channel: (channel) => {
          listen(channel, {
            note: (problem) => this.#note?.(problem),
            hear: (message) => {
              this.#hearData(message);
            },
          });
        },
      });
    }
    const sdp = await this.#publisher.answer(offer);
    this.#say({ case: 'answer', value: new protocol.SessionDescription({ type: 'answer', sdp, id }) });
  }

  #hearData(message: Message): void {
    const { value, sequence } = this.#stack.protocol.DataPacket.fromBinary(protobufIn(message));
    this.#heard = Math.max(this.#heard, sequence);
    if (value.case === 'user') this.#plan.hear(value.value.topic ?? '', value.value.payload);
  }

  async #candidate({ candidateInit, target }: TrickleRequest): Promise<void> {
    const isMine = target === this.#stack.protocol.SignalTarget.SUBSCRIBER;
    const peer = isMine ? this.#subscriber : this.#publisher;
    await peer?.add(fieldsOf(candidateInit));
  }

  #trickle(candidate: RTCIceCandidateInit, target: SignalTarget): void {
    const candidateInit = JSON.stringify(candidate);
    const { TrickleRequest } = this.#stack.protocol;
    this.#say({ case: 'trickle', value: new TrickleRequest({ candidateInit, target }) });
  }

  #say(message: Told): void {
    if (!this.#socket) return;
    tell(this.#socket, new this.#stack.protocol.SignalResponse({ message }).toBinary());
  }
}

function protobufIn(message: Message): Uint8Array {
  if (typeof message === 'string') throw new TypeError('must be protobuf, and not a text');
  return new Uint8Array(message);
}
