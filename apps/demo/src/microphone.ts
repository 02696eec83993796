import { Problem } from './problem.ts';

const BY_NAME: Readonly<Record<string, readonly [code: string, message: string, hint: string]>> = {
  NotAllowedError: [
    'microphone_refused',
    'This page may not use the microphone.',
    'Allow it in the browser’s address bar, or go on without it.',
  ],
  NotFoundError: ['microphone_missing', 'There is no microphone.', 'Plug one in, or go on without it.'],
  NotReadableError: [
    'microphone_busy',
    'The microphone cannot be opened.',
    'Another program may be using it. Close that one, or go on without it.',
  ],
};

/** The microphone. Rejects with a {@link Problem} that says why there is none. */
export async function openMicrophone(): Promise<MediaStream> {
  // Browsers hide it from pages that came over a plain network.
  if (!('mediaDevices' in navigator)) {
    throw new Problem(
      'microphone_insecure',
      'Browsers give a microphone only to pages from https: or from this machine.',
      'Open the page that way, or go on without it.',
    );
  }
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true },
    });
  } catch (error) {
    const name = error instanceof DOMException ? error.name : '';
    const [code, message, hint] = BY_NAME[name] ?? [
      'microphone_failed',
      'The microphone could not be opened.',
      'Go on without it.',
    ];
    throw new Problem(code, message, hint, error);
  }
}

/** Calls when the microphone is taken away by others; nothing once the signal is aborted. */
export function whenLost(stream: MediaStream, signal: AbortSignal, act: (why: Problem) => void): void {
  const lose = (): void => {
    act(
      new Problem(
        'microphone_lost',
        'The microphone is gone: its permission was withdrawn, or it was unplugged.',
        'The session goes on, and hears you no more. To be heard again, give the microphone back, then disconnect and connect again.',
      ),
    );
  };
  // Tells of no end that the page itself has caused.
  stream.getAudioTracks()[0]?.addEventListener('ended', lose, { once: true, signal });
}

export function closeMicrophone(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
