import type * as SimliSdk from 'simli-client/dist/client.js';
import type { SimliGrant } from '../grant.ts';
import { Problem } from '../problem.ts';
import { orAborted, withRejection, type AvatarSession, type ConnectOptions } from './vendor.ts';

export type SimliTransport = 'p2p' | 'livekit';

const PRODUCTION = 'wss://api.simli.ai';
const SAMPLE_RATE = 16_000;
/** As the SDK itself cuts what it records. */
const CHUNK_BYTES = 6000;

// By its file: 3.0.2's own index asks for `./Client`, and only file systems that ignore case find `client.js` so.
export const loadSimli = (): Promise<typeof SimliSdk> => import('simli-client/dist/client.js');

/** Simli: a face that is moved by the sound that the page sends. */
export async function connectSimli(
  { token, connect }: SimliGrant,
  { stage, listener, signal, baseUrl = PRODUCTION, microphone }: ConnectOptions,
  transport: SimliTransport = 'p2p',
): Promise<AvatarSession> {
  if (transport === 'p2p' && connect.iceServers.length === 0) {
    throw new Problem(
      'simli_no_ice_servers',
      'Simli names no server by which the picture could come peer to peer.',
      'Choose LiveKit, or connect again in a while.',
    );
  }
  const { SimliClient, LogLevel } = await loadSimli();
  signal.throwIfAborted();
  // The constructor connects, or throws.
  const client = new SimliClient(
    token,
    stage.video,
    stage.audio,
    connect.iceServers,
    LogLevel.ERROR,
    transport,
    'websockets',
    baseUrl,
  );
  // The audio element plays the sound; the picture's stream may hold it a second time.
  stage.video.muted = true;
  let ended = false;
  superviseRetries(client, () => ended);
  let live = false;
  // An error while it connects can leave `start` waiting.
  const failed = withRejection();
  const close = async (): Promise<void> => {
    if (ended) return;
    ended = true;
    const stopped = client.stop();
    // At once, before another session has the stage.
    stage.video.muted = false;
    await stopped;
    await closeAudioContext(client);
  };
  const end = (why: Problem): void => {
    if (ended) return;
    void close();
    failed.reject(why);
    if (live) listener.onEnded(why);
  };
  client.on('speaking', () => {
    listener.onSpeaking(true);
  });
  client.on('silent', () => {
    listener.onSpeaking(false);
  });
  client.on('stop', () => {
    end(
      new Problem('simli_stopped', 'Simli has ended the session.', 'Its time may be over, or it was idle.'),
    );
  });
  client.on('error', (detail) => {
    end(explain(detail));
  });
  client.on('startup_error', () => {
    listener.onNote('Simli cannot be reached; its SDK tries again', 'warning');
  });
  try {
    // It retries for up to three minutes, hence the signal.
    await orAborted(Promise.race([client.start(), failed.promise]), signal);
  } catch (error) {
    await close();
    throw signal.aborted ? signal.reason : error instanceof Problem ? error : explain(error);
  }
  live = true;
  const track = microphone?.getAudioTracks()[0];
  if (track !== undefined) client.listenToMediastreamTrack(track);
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
    disconnect: close,
  };
}

/** What the SDK keeps to itself, and leaves undone. */
interface Internals {
  readonly audioContext?: AudioContext;
  readonly connectionPromise?: Promise<unknown>;
  readonly connection?: { readonly websocketPromise?: Promise<unknown> };
  /** Opens the next WebSocket, two seconds after one that failed. */
  resetConnections?: (...args: unknown[]) => void;
}

/** The SDK opens one for each client and never closes it; browsers allow few. */
async function closeAudioContext(client: object): Promise<void> {
  const { audioContext } = client as Internals;
  if (audioContext !== undefined && audioContext.state !== 'closed') await audioContext.close();
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
  return new Problem('simli_failed', 'Simli has ended the connection with an error.', text, error);
}
