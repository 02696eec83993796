import type * as SimliSdk from 'simli-client/dist/client.js';
import type { SimliGrant } from '../grant.ts';
import { Problem } from '../problem.ts';
import {
  type Abilities,
  type AvatarSession,
  type ConnectOptions,
  Life,
  orAborted,
  type SessionListener,
  type Stage,
} from './vendor.ts';

export type SimliTransport = 'p2p' | 'livekit';

const PRODUCTION = 'wss://api.simli.ai';
const SAMPLE_RATE = 16_000;
/** As the SDK itself cuts what it records. */
const CHUNK_BYTES = 6000;

// By its file: 3.0.2's own index asks for `./Client`, and only file systems that ignore case find `client.js` so.
export const loadSimli = (): Promise<typeof SimliSdk> => import('simli-client/dist/client.js');

type Client = SimliSdk.SimliClient;

/** Simli: a face that is moved by the sound that the page sends. */
export async function connectSimli(
  { token, connect: { iceServers } }: SimliGrant,
  { stage, listener, signal, baseUrl = PRODUCTION, microphone }: ConnectOptions,
  transport: SimliTransport = 'p2p',
): Promise<AvatarSession> {
  if (transport === 'p2p' && iceServers.length === 0) {
    throw new Problem(
      'simli_no_ice_servers',
      'Simli names no server by which the picture could come peer to peer.',
      'Choose LiveKit, or connect again in a while.',
    );
  }
  const { SimliClient, LogLevel } = await loadSimli();
  signal.throwIfAborted();
  const { video, audio } = stage;
  // The constructor connects, or throws.
  const client = new SimliClient(
    token,
    video,
    audio,
    iceServers,
    LogLevel.ERROR,
    transport,
    'websockets',
    baseUrl,
  );
  // The audio element plays the sound; the picture's stream may hold it a second time.
  video.muted = true;
  const life = new Life(listener);
  superviseRetries(client, () => life.ended);
  const close = async (): Promise<void> => {
    if (life.end()) await release(client, video);
  };
  listen(client, life, stage, listener);
  await start(client, life, close, signal);
  const track = microphone?.getAudioTracks()[0];
  if (track !== undefined) client.listenToMediastreamTrack(track);
  return { ...abilitiesOf(client, track), disconnect: close };
}

function listen(client: Client, life: Life, { video }: Stage, listener: SessionListener): void {
  const lose = (why: Problem): void => {
    if (!life.end()) return;
    void release(client, video);
    life.tell(why);
  };
  client.on('speaking', () => {
    // The SDK tells so of an error too, after it.
    if (!life.ended) listener.onSpeaking(true);
  });
  client.on('silent', () => {
    listener.onSpeaking(false);
  });
  client.on('stop', () => {
    lose(
      new Problem('simli_stopped', 'Simli has ended the session.', 'Its time may be over, or it was idle.'),
    );
  });
  client.on('error', (detail) => {
    lose(explain(detail));
  });
  // Before that it tries again by itself.
  client.on('start', () => {
    sendWhileOpen(client);
    watchSocket(client, () => {
      lose(
        new Problem(
          'simli_disconnected',
          'The connection to Simli is lost.',
          'Check the network, then connect again.',
        ),
      );
    });
  });
  client.on('startup_error', () => {
    if (!life.live) listener.onNote('Simli cannot be reached; its SDK tries again', 'warning');
  });
}

async function start(
  client: Client,
  life: Life,
  close: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  try {
    // It retries for up to three minutes, hence the signal, and an error can leave it waiting.
    await orAborted(Promise.race([client.start(), life.lost]), signal);
  } catch (error) {
    await close();
    throw signal.aborted ? signal.reason : error instanceof Problem ? error : explain(error);
  }
  life.live = true;
}

function abilitiesOf(client: Client, track: MediaStreamTrack | undefined): Abilities {
  return {
    audioInput: {
      sampleRate: SAMPLE_RATE,
      play: (samples) => {
        const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
        for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
          client.sendAudioData(bytes.subarray(at, at + CHUNK_BYTES));
        }
      },
    },
    interrupt: () => {
      client.ClearBuffer();
    },
    ...(track !== undefined && {
      setMicrophone: (on: boolean) => {
        track.enabled = on;
      },
    }),
  };
}

async function release(client: Client, video: HTMLVideoElement): Promise<void> {
  const stopped = client.stop();
  // At once, before another session has the stage.
  video.muted = false;
  await stopped;
  await closeAudioContext(client);
}

/** What the SDK keeps to itself, and leaves undone. */
interface Internals {
  readonly audioContext?: AudioContext;
  readonly connectionPromise?: Promise<unknown>;
  readonly connection?: {
    readonly websocketPromise?: Promise<unknown>;
    readonly signalingConnection?: {
      readonly wsConnection?: WebSocket;
      sendAudioData?: (samples: Uint8Array) => void;
    };
  };
  /** Opens the next WebSocket, two seconds after one that failed. */
  resetConnections?: (...args: unknown[]) => void;
}

/** The SDK opens one for each client and never closes it; browsers allow few. */
async function closeAudioContext(client: object): Promise<void> {
  const { audioContext } = client as Internals;
  if (audioContext !== undefined && audioContext.state !== 'closed') await audioContext.close();
}

/** Simli's session ends with its WebSocket, of whose end the SDK tells nobody. */
function watchSocket(client: object, onClosed: () => void): void {
  const socket = (client as Internals).connection?.signalingConnection?.wsConnection;
  socket?.addEventListener('close', onClosed);
}

/** The SDK goes on with the microphone until its AudioContext is closed, and each part would be an error of its own. */
function sendWhileOpen(client: object): void {
  const signalling = (client as Internals).connection?.signalingConnection;
  const send = signalling?.sendAudioData;
  if (signalling === undefined || send === undefined) return;
  signalling.sendAudioData = (samples) => {
    if (signalling.wsConnection?.readyState === WebSocket.OPEN) send.call(signalling, samples);
  };
}

/** Keeps the SDK's retries from what nobody asked for: a session after `stop`, and errors that nobody catches. */
function superviseRetries(sdk: object, hasEnded: () => boolean): void {
  const client = sdk as Internals;
  const { resetConnections } = client;
  client.resetConnections = (...args) => {
    // `stop` ends the connection that there is; one that is to be tried again would come after it.
    if (hasEnded()) throw new Error('The session was ended before it began.');
    resetConnections?.apply(client, args);
    expectFailure(client);
  };
  expectFailure(client);
}

/** Rejected before the SDK waits for them, they would be errors that nobody caught; we hear of both by events. */
function expectFailure({ connectionPromise, connection }: Internals): void {
  for (const promise of [connectionPromise, connection?.websocketPromise]) promise?.catch(() => undefined);
}

function explain(error: unknown): Problem {
  const text = error instanceof Error ? error.message : String(error);
  if (/^RATE\b/i.test(text)) {
    return new Problem(
      'simli_busy',
      'Simli has no room for another session now.',
      'Try again in a while.',
      error,
    );
  }
  if (/token|unauthori[sz]ed|invalid session/i.test(text)) {
    return new Problem(
      'simli_token_refused',
      'Simli refuses the grant: it was used before, or is too old.',
      'Connect again to get a new one.',
      error,
    );
  }
  return new Problem(
    'simli_failed',
    'Simli has ended the connection with an error.',
    `Its SDK says: ${text}`,
    error,
  );
}
