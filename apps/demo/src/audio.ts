/** Sounds for the vendors that move a face by audio: 16-bit samples, mono, at the vendor's own rate. */
import { Problem } from './problem.ts';

const SYLLABLES_PER_SECOND = 4;
const AMPLITUDE = 9000;

/** Something like a voice: a gliding hum with overtones that opens and closes as syllables do. */
export function hum(sampleRate: number, seconds = 3): Int16Array {
  let phase = 0;
  return Int16Array.from({ length: sampleRate * seconds }, (_, index) => {
    const time = index / sampleRate;
    phase += (2 * Math.PI * (150 + 30 * Math.sin(time * 2.1) + 12 * Math.sin(time * 7))) / sampleRate;
    const voice = Math.sin(phase) + 0.5 * Math.sin(2 * phase) + 0.3 * Math.sin(3 * phase);
    const syllable = Math.abs(Math.sin(Math.PI * SYLLABLES_PER_SECOND * time)) ** 1.5;
    const fade = Math.min(1, time * 20, (seconds - time) * 20);
    return (AMPLITUDE / 1.8) * voice * syllable * fade;
  });
}

/** A sound file of any kind that the browser can play. Rejects with a {@link Problem} for any other. */
export async function decode(file: Blob, sampleRate: number): Promise<Int16Array> {
  const context = new OfflineAudioContext(1, 1, sampleRate);
  const decoded = await context.decodeAudioData(await file.arrayBuffer()).catch((error: unknown) => {
    throw new Problem('not_a_sound', 'This is no sound file that the browser can play.', undefined, error);
  });
  // Mixes all channels into one.
  const mixer = new OfflineAudioContext(1, Math.max(1, decoded.length), sampleRate);
  const source = new AudioBufferSourceNode(mixer, { buffer: decoded });
  source.connect(mixer.destination);
  source.start();
  const samples = (await mixer.startRendering()).getChannelData(0);
  return Int16Array.from(samples, (sample) => Math.max(-1, Math.min(1, sample)) * 0x7fff);
}

export function base64(samples: Int16Array): string {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const text: string[] = [];
  // As many arguments as every browser takes at once.
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  }
  return btoa(text.join(''));
}
