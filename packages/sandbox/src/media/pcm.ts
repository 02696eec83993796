/** Little-endian 16-bit samples, as clients send them; half a sample at the end is dropped. */
export function pcm16(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.byteLength >> 1);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let index = 0; index < samples.length; index += 1) samples[index] = view.getInt16(index * 2, true);
  return samples;
}

/** The first of so many interleaved channels, at another rate; between two samples lies a straight line. */
export function resampled(samples: Int16Array, from: number, to: number, channels: number = 1): Int16Array {
  const frames = Math.floor(samples.length / channels);
  const sample = (frame: number): number => samples[Math.min(frame, frames - 1) * channels] ?? 0;
  return Int16Array.from({ length: Math.floor((frames * to) / from) }, (_, index) => {
    const at = (index * from) / to;
    const before = Math.floor(at);
    return sample(before) + (sample(before + 1) - sample(before)) * (at - before);
  });
}
