import * as livekit from '@livekit/protocol';
import { WebSocket } from 'ws';
import { Viewer } from './viewer.ts';

/** A client of one session, as the vendor's browser SDK would be. */
export interface Client {
  readonly viewer: Viewer;
  readonly socket: WebSocket;
  /** What it was told, in short. */
  readonly told: string[];
  /** Resolves with the code when the WebSocket is closed. */
  readonly closed: Promise<number>;
  close(): void;
}

function client(url: string, hear: (message: Buffer, isBinary: boolean, self: Client) => void): Client {
  const viewer = new Viewer();
  const socket = new WebSocket(url);
  const told: string[] = [];
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  const self: Client = {
    viewer,
    socket,
    told,
    closed,
    close: () => {
      viewer.close();
      socket.terminate();
    },
  };
  socket.on('error', (error) => told.push(error.message));
  socket.on('message', (data, isBinary) => {
    hear(data as Buffer, isBinary, self);
  });
  return self;
}

/** Offers to see and hear, as the SDKs of Simli and Anam do. */
async function offer({ connection }: Viewer): Promise<RTCSessionDescriptionInit> {
  connection.addTransceiver('audio', { direction: 'recvonly' });
  connection.addTransceiver('video', { direction: 'recvonly' });
  const description = await connection.createOffer();
  await connection.setLocalDescription(description);
  return description;
}

/** A test may be over before its client has offered. */
const ignoreClosed = (): void => undefined;

function jsonOf(text: string): Record<string, unknown> | undefined {
  return text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : undefined;
}

/** Simli's: the offer without candidates, and everything else in words. */
export function simliClient(url: string, token: string): Client {
  const self = client(`${url}/compose/webrtc/p2p?session_token=${token}&enableSFU=true`, (data) => {
    const text = data.toString();
    const message = jsonOf(text);
    if (message?.['type'] === 'answer') void self.viewer.connection.setRemoteDescription(message as never);
    self.told.push(message ? Object.keys(message).join() : text);
  });
  self.socket.on('open', () => {
    offer(self.viewer).then((description) => {
      self.socket.send(JSON.stringify(description));
    }, ignoreClosed);
  });
  return self;
}

export interface AnamClient extends Client {
  readonly channel: RTCDataChannel;
  send(actionType: string, payload: unknown): void;
}

/** Anam's: candidates one by one, and a data channel of the client's. */
export function anamClient(url: string, sessionId: string): AnamClient {
  let early: RTCIceCandidateInit[] | undefined = [];
  const self = client(`${url}?session_id=${sessionId}`, (data) => {
    const { actionType, payload } = JSON.parse(data.toString()) as { actionType: string; payload: never };
    self.told.push(typeof payload === 'string' ? `${actionType} ${String(payload)}`.trim() : actionType);
    const { connection } = self.viewer;
    if (actionType === 'answer') {
      void connection.setRemoteDescription(payload).then(async () => {
        const waiting = early ?? [];
        early = undefined;
        for (const candidate of waiting) await connection.addIceCandidate(candidate);
      });
    }
    if (actionType === 'icecandidate') {
      if (early) early.push(payload);
      else void connection.addIceCandidate(payload);
    }
  });
  const send = (actionType: string, payload: unknown): void => {
    self.socket.send(JSON.stringify({ actionType, sessionId, payload }));
  };
  const channel = self.viewer.connection.createDataChannel('session', { ordered: true });
  channel.addEventListener('message', ({ data }) => {
    const { messageType, data: line } = JSON.parse(String(data)) as { messageType: string; data: object };
    self.told.push(`${messageType} ${JSON.stringify(line)}`);
  });
  self.viewer.connection.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate) send('icecandidate', candidate);
  });
  self.socket.on('open', () => {
    offer(self.viewer).then((connectionDescription) => {
      send('offer', { connectionDescription, userUid: sessionId });
    }, ignoreClosed);
  });
  return Object.assign(self, { channel, send });
}

export interface LiveKitClient extends Client {
  readonly participants: readonly { identity: string; tracks: number }[];
  /** Whether the room lets it publish tracks: LiveKit's own client does not try otherwise. */
  readonly mayPublish: () => boolean;
  /** Says something in the room, as `publishData` does: over a connection of its own, made when it is needed. */
  publish(topic: string, message: object): Promise<void>;
  /** Sends over the same connection what is not even a packet of LiveKit's. */
  sendRaw(data: string | Uint8Array<ArrayBuffer>): Promise<void>;
  leave(): void;
}

/** A request as protobuf has it in JSON. */
type Request = Parameters<typeof livekit.SignalRequest.fromJson>[0];

/** LiveKit's, version 0: the server offers, the client answers. */
export function livekitClient(url: string, token: string, query: string = ''): LiveKitClient {
  const participants: { identity: string; tracks: number }[] = [];
  let mayPublish = false;
  const publisher = new Viewer();
  let reliable: RTCDataChannel | undefined;
  /** Counts what it publishes. */
  let sequence = 0;
  const self = client(
    `${url}/rtc?access_token=${token}&auto_subscribe=1&sdk=js&protocol=16${query}`,
    (data) => {
      const { message } = livekit.SignalResponse.fromBinary(new Uint8Array(data));
      if (message.case === 'reconnect') self.told.push(`reconnect ${message.value.lastMessageSeq}`);
      else if (message.case !== 'trickle') self.told.push(message.case ?? 'nothing');
      void hear(message);
    },
  );
  const send = (message: Request): void => {
    self.socket.send(livekit.SignalRequest.fromJson(message).toBinary());
  };
  const hear = async (message: livekit.SignalResponse['message']): Promise<void> => {
    const { connection } = self.viewer;
    if (message.case === 'join') {
      mayPublish = message.value.participant?.permission?.canPublish === true;
      for (const { identity, tracks } of message.value.otherParticipants) {
        participants.push({ identity, tracks: tracks.length });
      }
    } else if (message.case === 'offer') {
      await connection.setRemoteDescription({ type: 'offer', sdp: message.value.sdp });
      const { sdp = '' } = await connection.createAnswer();
      await connection.setLocalDescription({ type: 'answer', sdp });
      send({ answer: { type: 'answer', sdp, id: 1 } });
    } else if (message.case === 'answer') {
      await publisher.connection.setRemoteDescription({ type: 'answer', sdp: message.value.sdp });
    } else if (message.case === 'trickle') {
      const { candidateInit, target } = message.value;
      const peer = target === livekit.SignalTarget.PUBLISHER ? publisher : self.viewer;
      const add = (): unknown =>
        peer.connection.addIceCandidate(JSON.parse(candidateInit) as RTCIceCandidateInit).catch(() => {
          setTimeout(add, 50);
        });
      add();
    }
  };
  self.viewer.connection.addEventListener('datachannel', ({ channel }) => {
    channel.binaryType = 'arraybuffer';
    channel.addEventListener('message', ({ data }) => {
      const { value } = livekit.DataPacket.fromBinary(new Uint8Array(data as ArrayBuffer));
      if (value.case !== 'user') return;
      const event = JSON.parse(Buffer.from(value.value.payload).toString()) as Record<string, string>;
      self.told.push([event['event_type'], event['text'] ?? event['stop_reason']].filter(Boolean).join(' '));
    });
  });
  const connectPublisher = async (): Promise<RTCDataChannel> => {
    const channel = publisher.connection.createDataChannel('_reliable', { ordered: true });
    const { sdp = '' } = await publisher.connection.createOffer();
    await publisher.connection.setLocalDescription({ type: 'offer', sdp });
    send({ offer: { type: 'offer', sdp, id: 1 } });
    await new Promise((resolve) => {
      channel.addEventListener('open', resolve);
    });
    return channel;
  };
  const sendRaw = async (data: string | Uint8Array<ArrayBuffer>): Promise<void> => {
    reliable ??= await connectPublisher();
    if (typeof data === 'string') reliable.send(data);
    else reliable.send(data);
  };
  return Object.assign(self, {
    participants,
    mayPublish: () => mayPublish,
    sendRaw,
    publish: async (topic: string, message: object) => {
      const payload = new TextEncoder().encode(JSON.stringify(message));
      const value = new livekit.UserPacket({ payload, topic });
      sequence += 1;
      const packet = new livekit.DataPacket({ sequence, value: { case: 'user', value } });
      await sendRaw(new Uint8Array(packet.toBinary()));
    },
    leave: () => {
      send({ leave: {} });
    },
    close: () => {
      publisher.close();
      self.viewer.close();
      self.socket.terminate();
    },
  });
}
