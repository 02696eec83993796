import type * as AnamSdk from '@anam-ai/js-sdk';
import type { AnamGrant } from '../grant.ts';
import { Problem } from '../problem.ts';
import {
  type Abilities,
  Life,
  orAborted,
  type AvatarSession,
  type ConnectOptions,
  type SessionListener,
} from './vendor.ts';

export const loadAnam = (): Promise<typeof AnamSdk> => import('@anam-ai/js-sdk');

type Sdk = typeof AnamSdk;
type Client = AnamSdk.AnamClient;

/** Anam: a persona that listens, thinks and answers, and speaks any text it is given. */
export async function connectAnam({ token }: AnamGrant, options: ConnectOptions): Promise<AvatarSession> {
  const { listener, signal, baseUrl, microphone } = options;
  const sdk = await loadAnam();
  signal.throwIfAborted();
  const client = sdk.createClient(token, {
    ...(baseUrl !== undefined && { api: { baseUrl } }),
    disableInputAudio: microphone === undefined,
    // The SDK asks for a pool of 2, with which Chromium, when it is busy, now and then never gathers a candidate.
    rtcConfiguration: { iceCandidatePoolSize: 0 },
    // The page talks to nobody whom it does not need.
    metrics: { disableClientMetrics: true },
  });
  const life = new Life(listener);
  const close = async (): Promise<void> => {
    life.end();
    await client.stopStreaming();
  };
  listen(sdk, client, life, listener);
  await start(sdk, client, life, close, options);
  return { ...abilitiesOf(client, microphone), disconnect: close };
}

function listen(
  { AnamEvent, ConnectionClosedCode, MessageRole }: Sdk,
  client: Client,
  life: Life,
  listener: SessionListener,
): void {
  client.addListener(AnamEvent.CONNECTION_ESTABLISHED, () => {
    listener.onNote('Media path is up');
  });
  client.addListener(AnamEvent.CONNECTION_CLOSED, (code, details) => {
    if (code !== ConnectionClosedCode.NORMAL && life.end()) life.tell(explainClosing(code, details));
  });
  let said = { id: '', text: '' };
  client.addListener(AnamEvent.MESSAGE_STREAM_EVENT_RECEIVED, ({ id, role, content, endOfSpeech }) => {
    if (role !== MessageRole.PERSONA) return;
    said = { id, text: id === said.id ? said.text + content : content };
    listener.onSpeaking(!endOfSpeech);
    listener.onCaption(said.text);
  });
  client.addListener(AnamEvent.TALK_STREAM_INTERRUPTED, () => {
    listener.onSpeaking(false);
  });
  client.addListener(AnamEvent.SERVER_WARNING, (message) => {
    listener.onNote(`Anam warns: ${message}`, 'warning');
  });
}

async function start(
  { AnamEvent }: Sdk,
  client: Client,
  life: Life,
  close: () => Promise<void>,
  { stage, listener, signal, microphone }: ConnectOptions,
): Promise<void> {
  const ready = new Promise<string>((resolve) => {
    client.addListener(AnamEvent.SESSION_READY, resolve);
  });
  const stream = async (): Promise<void> => {
    await client.streamToVideoElement(stage.video.id, microphone);
    // Until then there was nothing that could be closed.
    if (life.ended) await client.stopStreaming();
    const sessionId = client.getActiveSessionId();
    if (sessionId !== null) listener.onSessionId(sessionId);
  };
  try {
    // If its signalling never answers, the SDK waits for good, hence the signal.
    await orAborted(Promise.race([Promise.all([ready, stream()]), life.lost]), signal);
  } catch (error) {
    await close();
    throw signal.aborted ? signal.reason : explain(error);
  }
  life.live = true;
}

function abilitiesOf(client: Client, microphone: MediaStream | undefined): Abilities {
  return {
    say: (text) => client.talk(text),
    interrupt: () => {
      client.interruptPersona();
    },
    ...(microphone !== undefined && {
      setMicrophone: (on: boolean) => {
        if (on) client.unmuteInputAudio();
        else client.muteInputAudio();
      },
    }),
  };
}

type Explanation = readonly [code: string, message: string, hint?: string];

const LATER = 'Try again in a while.';
const OWNER = 'The owner of the account must act.';
const BY_CODE: Readonly<Record<string, Explanation>> = {
  CLIENT_ERROR_CODE_AUTHENTICATION_ERROR: [
    'anam_token_refused',
    'Anam refuses the grant: it was used before, or is too old.',
    'Connect again to get a new one.',
  ],
  CLIENT_ERROR_CODE_MAX_CONCURRENT_SESSIONS_REACHED: [
    'anam_busy',
    'All sessions of this account are taken.',
    LATER,
  ],
  CLIENT_ERROR_CODE_SERVICE_BUSY: ['anam_busy', 'Anam has no room for another session now.', LATER],
  CLIENT_ERROR_CODE_USAGE_LIMIT_REACHED: ['anam_usage_limit', 'The account’s usage limit is reached.', OWNER],
  CLIENT_ERROR_CODE_SPEND_CAP_REACHED: ['anam_spend_cap', 'The account’s spend cap is reached.', OWNER],
  CLIENT_ERROR_CODE_NO_PLAN_FOUND: ['anam_no_plan', 'The account has no plan.', OWNER],
};

function explain(error: unknown): Error {
  if (error instanceof Problem) return error;
  // By its field, not its class: that would load the SDK before it is needed.
  const code = (error as Partial<AnamSdk.ClientError> | undefined)?.code ?? '';
  const text = error instanceof Error ? error.message : String(error);
  const [ours, message, hint = `Its SDK says: ${text}`] = BY_CODE[code] ?? [
    'anam_failed',
    'Anam could not begin the session.',
  ];
  return new Problem(ours, message, hint, error);
}

const CLOSINGS: Readonly<Record<string, Explanation>> = {
  CONNECTION_CLOSED_CODE_SERVER_CLOSED_CONNECTION: ['anam_ended', 'Anam has ended the session.'],
  CONNECTION_CLOSED_CODE_SIGNALLING_CLIENT_CONNECTION_FAILURE: [
    'anam_signalling_lost',
    'The connection to Anam’s engine is lost.',
    'Check the network, then reconnect.',
  ],
  CONNECTION_CLOSED_CODE_WEBRTC_FAILURE: [
    'anam_media_lost',
    'The media path to Anam is lost.',
    'A firewall may block it. Reconnect, or try another network.',
  ],
  CONNECTION_CLOSED_CODE_MICROPHONE_PERMISSION_DENIED: [
    'microphone_refused',
    'This page may not use the microphone.',
    'Switch it off here, or allow it in the browser’s address bar.',
  ],
};

function explainClosing(code: string, details: string | undefined): Problem {
  const [ours, message, hint] = CLOSINGS[code] ?? ['anam_closed', 'The connection to Anam is closed.'];
  return new Problem(ours, message, details === undefined || details === '' ? hint : `Anam says: ${details}`);
}
