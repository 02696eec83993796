import type * as LiveAvatarSdk from '@heygen/liveavatar-web-sdk';
import { base64 } from '../audio.ts';
import type { LiveAvatarGrant } from '../grant.ts';
import { Problem } from '../problem.ts';
import { type Abilities, type AvatarSession, type ConnectOptions, Life, orAborted } from './vendor.ts';

const PRODUCTION = 'https://api.liveavatar.com';
const LITE_SAMPLE_RATE = 24_000;
/** An API that takes longer to stop a session has not heard of it. */
const STOP_MS = 10_000;

export const loadLiveAvatar = (): Promise<typeof LiveAvatarSdk> => import('@heygen/liveavatar-web-sdk');

type Sdk = typeof LiveAvatarSdk;
type Session = LiveAvatarSdk.LiveAvatarSession;

/** LiveAvatar: FULL speaks text, LITE speaks the sound that the page sends. */
export async function connectLiveAvatar(
  { token, connect }: LiveAvatarGrant,
  options: ConnectOptions,
): Promise<AvatarSession> {
  if ('livekit_url' in connect) {
    throw new Problem(
      'liveavatar_started',
      'The server has started this session itself, and LiveAvatar’s browser SDK only joins what it starts.',
      'Use a preset without “start”, or join the room with LiveKit’s client.',
    );
  }
  const { listener, signal, baseUrl = PRODUCTION, microphone } = options;
  const sdk = await loadLiveAvatar();
  signal.throwIfAborted();
  // It opens the microphone itself, which by now is allowed.
  const session = new sdk.LiveAvatarSession(token, {
    apiUrl: baseUrl,
    voiceChat: microphone !== undefined,
  });
  expectFailedStop(session);
  const life = new Life(listener);
  const stop = (): Promise<void> => stopByToken(baseUrl, token);
  const close = async (): Promise<void> => {
    life.end();
    if (session.state === sdk.SessionState.CONNECTED) await session.stop();
    else if (session.state === sdk.SessionState.CONNECTING) await stop();
  };
  listen(sdk, session, life, options);
  superviseMicrophone(sdk, session, life, options);
  await start(session, life, close, signal);
  return {
    ...abilitiesOf(session, connect.mode, microphone),
    disconnect: close,
    leave: () => {
      life.end();
      void stop();
    },
  };
}

function listen(
  { AgentEventsEnum, SessionEvent }: Sdk,
  session: Session,
  life: Life,
  { stage, listener }: ConnectOptions,
): void {
  // Once more after each full reconnect, with new tracks.
  session.on(SessionEvent.SESSION_STREAM_READY, () => {
    if (life.ended) return;
    session.attach(stage.video);
    listener.onNote('Tracks subscribed');
  });
  session.on(SessionEvent.SESSION_CONNECTION_QUALITY_CHANGED, (quality) => {
    if (life.live) listener.onNote(`Quality by the SDK: ${quality.toLowerCase()}`);
  });
  session.on(AgentEventsEnum.AVATAR_SPEAK_STARTED, () => {
    listener.onSpeaking(true);
  });
  session.on(AgentEventsEnum.AVATAR_SPEAK_ENDED, () => {
    listener.onSpeaking(false);
  });
  session.on(AgentEventsEnum.AVATAR_TRANSCRIPTION, ({ text }) => {
    listener.onCaption(text);
  });
  let stopReason: string | undefined;
  session.on(AgentEventsEnum.SESSION_STOPPED, ({ stop_reason }) => {
    stopReason = stop_reason;
  });
  session.on(SessionEvent.SESSION_DISCONNECTED, () => {
    if (life.end()) life.tell(explainEnd(stopReason));
  });
}

/**
 * The SDK's own end leaves a microphone that is just being opened, and before it is connected it has no end at all. Nor
 * does it leave it at the loss of one, but looks for another, of which nobody would know.
 */
function superviseMicrophone(
  { VoiceChatEvent }: Sdk,
  { voiceChat }: Session,
  life: Life,
  { microphone, signal }: ConnectOptions,
): void {
  const track = microphone?.getAudioTracks()[0];
  const shut = (): void => {
    voiceChat.stop();
  };
  // It comes once the microphone is open, before anything of it is sent.
  voiceChat.on(VoiceChatEvent.UNMUTED, () => {
    if (life.ended || signal.aborted || track?.readyState === 'ended') shut();
  });
  signal.addEventListener('abort', shut);
  track?.addEventListener('ended', shut, { signal });
}

async function start(
  session: Session,
  life: Life,
  close: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  // It rejects by itself when the session is lost before it is connected.
  const started = session.start();
  try {
    // In LITE it waits for good for a WebSocket that cannot be reached, hence the signal.
    await orAborted(started, signal);
  } catch (error) {
    if (!signal.aborted) throw explain(error);
    // If it connects all the same, nobody wants it any more.
    started.then(() => session.stop()).catch(() => undefined);
    await close();
    throw signal.reason;
  }
  // It resolves all the same where the room was lost while it opened the microphone.
  if (life.ended) await life.lost;
  life.live = true;
}

function abilitiesOf(
  session: Session,
  mode: 'FULL' | 'LITE',
  microphone: MediaStream | undefined,
): Abilities {
  return {
    ...(mode === 'FULL'
      ? {
          say: (text: string) => {
            session.repeat(text);
            return Promise.resolve();
          },
        }
      : {
          audioInput: {
            sampleRate: LITE_SAMPLE_RATE,
            play: (samples: Int16Array) => {
              session.repeatAudio(base64(samples));
            },
          },
        }),
    interrupt: () => {
      session.interrupt();
    },
    ...(microphone !== undefined && {
      setMicrophone: (on: boolean) => (on ? session.voiceChat.unmute() : session.voiceChat.mute()),
    }),
  };
}

/** The SDK's `stop` does nothing until it is connected, while the session is there, and billed, before. */
async function stopByToken(baseUrl: string, token: string): Promise<void> {
  await fetch(`${baseUrl}/v1/sessions/stop`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    // Also from a page that is being closed.
    keepalive: true,
    signal: AbortSignal.timeout(STOP_MS),
  }).catch(() => undefined);
}

/** What the SDK keeps to itself. */
interface Internals {
  cleanup?: () => Promise<void>;
}

/** The SDK waits for no call of its own to stop the session: a failed one, which nobody could mend, went uncaught. */
function expectFailedStop(sdk: object): void {
  const session = sdk as Internals;
  const { cleanup } = session;
  session.cleanup = async () => {
    await cleanup?.call(session).catch(() => undefined);
  };
}

/** LiveAvatar’s codes for too many sessions at once. */
const BUSY = [4032, 4003];

function explain(error: unknown): Problem {
  const { errorCode, status } = error as Partial<LiveAvatarSdk.SessionApiError>;
  const text = error instanceof Error ? error.message : String(error);
  if (errorCode === 4033) {
    return new Problem(
      'liveavatar_credits',
      'The account has no credits left.',
      'The owner of the account must act.',
      error,
    );
  }
  if ((errorCode !== undefined && BUSY.includes(errorCode)) || /concurren/i.test(text)) {
    return new Problem(
      'liveavatar_busy',
      'All sessions of this account are taken.',
      'Try again in a while.',
      error,
    );
  }
  if (status === 401 || status === 403 || /token|unauthori[sz]ed/i.test(text)) {
    return new Problem(
      'liveavatar_token_refused',
      'LiveAvatar refuses the grant: it was used before, or is too old.',
      'Connect again to get a new one.',
      error,
    );
  }
  return new Problem(
    'liveavatar_failed',
    'LiveAvatar could not begin the session.',
    `Its SDK says: ${text}`,
    error,
  );
}

function explainEnd(stopReason: string | undefined): Problem {
  return stopReason === undefined
    ? new Problem(
        'liveavatar_disconnected',
        'The connection to LiveAvatar is lost.',
        'Check the network, then reconnect.',
      )
    : new Problem('liveavatar_ended', 'LiveAvatar has ended the session.', `LiveAvatar says: ${stopReason}`);
}
