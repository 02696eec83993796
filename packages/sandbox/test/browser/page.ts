import { AnamEvent, createClient, type AnamClient } from '@anam-ai/js-sdk';
import { AgentEventsEnum, LiveAvatarSession, SessionEvent, SessionMode } from '@heygen/liveavatar-web-sdk';
// By its file: the package's own index asks for `./Client`, which only file systems that ignore case can find.
import { LogLevel, SimliClient } from 'simli-client/dist/client.js';
import { mouthOpenness, readFrameNumber } from '../../src/media/frame-number.ts';

/** What a test may ask of the page. Everything in it is data, so that it can cross from the browser to Node. */
export interface Page {
  /** Events of the SDK, in order. */
  readonly events: string[];
  startSimli(token: string, url: string, mode: 'p2p' | 'livekit'): Promise<void>;
  startAnam(token: string, baseUrl: string): Promise<void>;
  startLiveAvatar(token: string, apiUrl: string): Promise<void>;
  /** Gives the face something to say, in the way of its SDK. */
  speak(): Promise<void>;
  interrupt(): Promise<void>;
  stop(): Promise<void>;
  /** What the video shows now. */
  look(): Look;
  /** The loudest that was heard within so long, from 0 to 1. */
  listen(ms: number): Promise<number>;
}

export interface Look {
  readonly width: number;
  readonly frame: number | undefined;
  readonly open: number;
  /** Milliseconds from the start of the connection to the first frame. */
  readonly firstFrameMs: number | undefined;
}

const events: string[] = [];
const video = document.createElement('video');
const audio = document.createElement('audio');
video.autoplay = audio.autoplay = true;
video.muted = true;
video.id = 'video';
document.body.append(video, audio);
const canvas = document.createElement('canvas');

const text = 'Hello, this is the sandbox, and I am speaking to you.';
let speak: () => unknown = () => undefined;
let interrupt: () => unknown = () => undefined;
let stop: () => unknown = () => undefined;
let startedAt = 0;
let firstFrameMs: number | undefined;

function begin(): void {
  startedAt = performance.now();
  video.requestVideoFrameCallback(() => {
    firstFrameMs = performance.now() - startedAt;
  });
}

/** A sound that comes and goes five times a second, as syllables do. */
function babble(rate: number, seconds: number): Int16Array {
  return Int16Array.from({ length: rate * seconds }, (_, index) => {
    const t = index / rate;
    return 12_000 * Math.sin(2 * Math.PI * 180 * t) * Math.abs(Math.sin(Math.PI * 5 * t));
  });
}

async function startSimli(token: string, url: string, mode: 'p2p' | 'livekit'): Promise<void> {
  begin();
  const ice = [{ urls: 'stun:127.0.0.1:3478' }];
  const client = new SimliClient(token, video, audio, ice, LogLevel.ERROR, mode, 'websockets', url);
  for (const name of ['start', 'stop', 'error', 'speaking', 'silent', 'destination'] as const) {
    client.on(name, () => events.push(name));
  }
  speak = () => {
    const bytes = new Uint8Array(babble(16_000, 3).buffer);
    for (let at = 0; at < bytes.length; at += 6000) client.sendAudioData(bytes.subarray(at, at + 6000));
  };
  interrupt = () => {
    client.ClearBuffer();
  };
  stop = () => client.stop();
  await client.start();
}

async function startAnam(token: string, baseUrl: string): Promise<void> {
  begin();
  const client: AnamClient = createClient(token, { api: { baseUrl } });
  for (const name of Object.values(AnamEvent)) {
    client.addListener(name, (...told: unknown[]) => events.push([name, ...told.map(short)].join(' ')));
  }
  speak = () => client.talk(text);
  interrupt = () => {
    client.interruptPersona();
  };
  stop = () => client.stopStreaming();
  await client.streamToVideoElement(video.id);
}

async function startLiveAvatar(token: string, apiUrl: string): Promise<void> {
  begin();
  const session = new LiveAvatarSession(token, { apiUrl });
  session.on(SessionEvent.SESSION_STREAM_READY, () => {
    events.push('STREAM_READY');
    session.attach(video);
  });
  session.on(SessionEvent.SESSION_DISCONNECTED, (reason) => events.push(`DISCONNECTED ${reason}`));
  for (const name of [
    AgentEventsEnum.AVATAR_SPEAK_STARTED,
    AgentEventsEnum.AVATAR_TRANSCRIPTION,
    AgentEventsEnum.AVATAR_SPEAK_ENDED,
    AgentEventsEnum.SESSION_STOPPED,
  ] as const) {
    session.on(name, () => events.push(name));
  }
  speak = () => {
    if (session.mode === SessionMode.FULL) return session.repeat(text);
    const bytes = new Uint8Array(babble(24_000, 3).buffer);
    return session.repeatAudio(btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')));
  };
  interrupt = () => {
    session.interrupt();
  };
  stop = () => session.stop();
  await session.start();
}

const short = (value: unknown): string =>
  value instanceof MediaStream ? 'stream' : typeof value === 'string' ? value : JSON.stringify(value);

function look(): Look {
  const { videoWidth: width, videoHeight: height } = video;
  if (width <= 2) return { width, frame: undefined, open: 0, firstFrameMs };
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no canvas');
  context.drawImage(video, 0, 0);
  const pixels = context.getImageData(0, 0, width, height);
  return { width, frame: readFrameNumber(pixels), open: mouthOpenness(pixels), firstFrameMs };
}

async function listen(ms: number): Promise<number> {
  const stream = [audio, video].map(({ srcObject }) => srcObject as MediaStream | null);
  const tracks = stream.flatMap((one) => one?.getAudioTracks() ?? []);
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(new MediaStream(tracks.slice(0, 1))).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let loudest = 0;
  for (const until = performance.now() + ms; performance.now() < until;) {
    analyser.getFloatTimeDomainData(samples);
    loudest = Math.max(loudest, ...samples);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await context.close();
  return loudest;
}

const page: Page = {
  events,
  startSimli,
  startAnam,
  startLiveAvatar,
  speak: async () => {
    await speak();
  },
  interrupt: async () => {
    await interrupt();
  },
  stop: async () => {
    await stop();
  },
  look,
  listen,
};
Object.assign(window, { avatar: page });
