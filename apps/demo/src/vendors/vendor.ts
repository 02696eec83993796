import type { Tone } from '../timeline.ts';

/** Where a vendor's SDK shows and plays. */
export interface Stage {
  readonly video: HTMLVideoElement;
  /** For SDKs that keep the sound apart. */
  readonly audio: HTMLAudioElement;
}

/** What a session tells. Some SDKs go on a little after its end, so whoever listens asks whether it still counts. */
export interface SessionListener {
  /** What the vendor calls the session, as soon as its SDK knows: only where the grant does not say it already. */
  onSessionId(id: string): void;
  onSpeaking(speaking: boolean): void;
  onCaption(text: string): void;
  onNote(text: string, tone?: Tone): void;
  /** It ended, and not because we asked. */
  onEnded(why: Error): void;
}

export interface ConnectOptions {
  readonly stage: Stage;
  readonly listener: SessionListener;
  /** Gives up while it connects; what had begun is ended. */
  readonly signal: AbortSignal;
  /** The vendor's address, where it is not the SDK's own. */
  readonly baseUrl?: string | undefined;
  /** What the user says, for whoever listens. */
  readonly microphone?: MediaStream | undefined;
}

/** A session that runs. What its kind cannot do is not there. */
export interface AvatarSession {
  say?(text: string): Promise<void>;
  /** Moves the face by sound: 16-bit samples, mono, at this rate. */
  readonly audioInput?: { readonly sampleRate: number; play(samples: Int16Array): void };
  interrupt?(): void;
  setMicrophone?(on: boolean): void | Promise<void>;
  /** Ends it, of which nothing is told. */
  disconnect(): Promise<void>;
  /** The same from a page that is being closed, for SDKs whose own way must wait for an answer. */
  leave?(): void;
}

/** What can be done with a session while it runs. */
export type Abilities = Omit<AvatarSession, 'disconnect' | 'leave'>;

/** What becomes of one session: it is live once its SDK has connected, and it ends once, by whoever is first. */
export class Life {
  readonly #listener: SessionListener;
  readonly #lost = withRejection();
  live = false;
  #ended = false;

  constructor(listener: SessionListener) {
    this.#listener = listener;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Rejected when the session is lost, which an SDK that connects may not say by itself. */
  get lost(): Promise<never> {
    return this.#lost.promise;
  }

  /** Whether it has ended only now. */
  end(): boolean {
    const first = !this.#ended;
    this.#ended = true;
    return first;
  }

  /** Tells why it is lost: whoever connects it, and once it is live the page. */
  tell(why: Error): void {
    this.#lost.reject(why);
    if (this.live) this.#listener.onEnded(why);
  }
}

/** The promise's outcome, or the signal's reason if that comes first. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = withRejection();
  const abort = (): void => {
    reject(signal.reason);
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** A promise that is only ever rejected, by whoever holds its other half. */
export function withRejection(): { promise: Promise<never>; reject: (reason: unknown) => void } {
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<never>((_, refuse) => {
    reject = refuse;
  });
  // Nobody may be waiting any more when it comes.
  promise.catch(() => undefined);
  return { promise, reject };
}
