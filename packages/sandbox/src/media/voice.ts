/** Samples a second of everything that is said from a text. */
export const VOICE_RATE = 24_000;

/** What a voice is, apart from what it says. */
export interface Voice {
  /** Of the vocal cords, in Hz. */
  readonly pitch: number;
  /** A shorter throat sounds higher in every vowel. */
  readonly throat: number;
}

/** One sound: the three resonances of the mouth in Hz, how loud the cords and the breath are, how long it lasts. */
interface Sound {
  readonly formants: readonly [number, number, number];
  readonly voiced: number;
  readonly breath: number;
  readonly ms: number;
}

const vowel = (ms: number, ...formants: Sound['formants']): Sound => ({
  formants,
  voiced: 1,
  breath: 0.02,
  ms,
});
const hum = (...formants: Sound['formants']): Sound => ({ formants, voiced: 0.45, breath: 0.01, ms: 70 });
const hiss = (breath: number, voiced: number, ...formants: Sound['formants']): Sound => ({
  formants,
  voiced,
  breath,
  ms: 85,
});
const stop = (voiced: number, ...formants: Sound['formants']): Sound => ({
  formants,
  voiced,
  breath: 0.12,
  ms: 45,
});
const pause = (ms: number): Sound => ({ formants: [500, 1500, 2500], voiced: 0, breath: 0, ms });

/** Letters as sounds: the resonances are those of textbooks, the spelling is taken at its word. */
const sounds: Readonly<Record<string, Sound>> = {
  a: vowel(130, 740, 1280, 2500),
  e: vowel(110, 540, 1850, 2550),
  i: vowel(105, 320, 2250, 2950),
  o: vowel(130, 480, 880, 2500),
  u: vowel(115, 340, 900, 2300),
  y: vowel(80, 300, 2150, 2850),
  w: vowel(60, 320, 720, 2200),
  r: hum(420, 1250, 1650),
  l: hum(360, 1150, 2700),
  m: hum(260, 1050, 2200),
  n: hum(270, 1500, 2500),
  s: hiss(0.5, 0, 3800, 5200, 7000),
  z: hiss(0.35, 0.4, 3800, 5200, 7000),
  x: hiss(0.45, 0, 3200, 4800, 6500),
  f: hiss(0.28, 0, 1400, 3800, 6800),
  v: hiss(0.15, 0.5, 1200, 3000, 5200),
  h: hiss(0.22, 0.1, 700, 1500, 2600),
  j: hiss(0.3, 0.4, 2000, 3000, 4800),
  c: hiss(0.35, 0, 2400, 4200, 6000),
  b: stop(0.35, 300, 900, 2200),
  p: stop(0, 500, 1100, 2300),
  d: stop(0.35, 320, 1700, 2600),
  t: stop(0, 2600, 4200, 6200),
  g: stop(0.35, 300, 1900, 2400),
  k: stop(0, 1500, 2100, 3000),
  q: stop(0, 1300, 1900, 2800),
  ' ': pause(55),
  ',': pause(190),
  ';': pause(220),
  ':': pause(220),
  '.': pause(330),
  '!': pause(330),
  '?': pause(330),
};
/** A digit or a letter of another script still takes its time. */
const unknown = vowel(120, 520, 1500, 2500);

/** Long texts are cut: what lasts longer than this helps no test and costs memory. */
const MAX_CHARACTERS = 500;
/** How long the mouth takes from one sound into the next. */
const GLIDE_MS = 30;

function soundsOf(text: string): readonly { readonly sound: Sound; readonly pitch: number }[] {
  const plain = text.slice(0, MAX_CHARACTERS).normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const characters = Array.from(plain.replaceAll(/\s+/g, ' ').trim()).filter((one) =>
    /[\p{L}\p{N} ,;:.!?]/u.test(one),
  );
  const asks = plain.trimEnd().endsWith('?');
  return characters.map((character, index) => {
    const along = index / Math.max(1, characters.length - 1);
    // A statement sinks, a question rises at its end; a slow wave keeps it from a drone.
    const end = asks ? 0.25 * Math.max(0, along - 0.7) * 3.3 : -0.18 * along;
    return { sound: sounds[character] ?? unknown, pitch: 1.08 + end + 0.05 * Math.sin(index * 0.9) };
  });
}

/** A resonance: two poles, tuned anew for every few samples. */
class Resonance {
  #a = 0;
  #b = 0;
  #gain = 0;
  #last = 0;
  #before = 0;

  tune(frequency: number, bandwidth: number): void {
    const radius = Math.exp((-Math.PI * bandwidth) / VOICE_RATE);
    this.#a = 2 * radius * Math.cos((2 * Math.PI * Math.min(frequency, VOICE_RATE * 0.45)) / VOICE_RATE);
    this.#b = -radius * radius;
    this.#gain = (1 - radius) * 2;
  }

  pass(input: number): number {
    const output = this.#gain * input + this.#a * this.#last + this.#b * this.#before;
    this.#before = this.#last;
    this.#last = output;
    return output;
  }
}

/** How many samples keep one tuning. */
const TUNING = 48;
/** The higher resonances are fainter. */
const WEIGHTS = [1, 0.7, 0.4] as const;
const LOUDNESS = 9000;

/** A text as mono samples: babble, with the rhythm and the vowels of the text. */
export function speak(text: string, voice: Voice): Int16Array {
  const score = soundsOf(text);
  const lengths = score.map(({ sound }) => Math.round((sound.ms * VOICE_RATE) / 1000));
  const samples = new Int16Array(lengths.reduce((sum, length) => sum + length, 0));
  const mouth = WEIGHTS.map(() => new Resonance());
  const now = { formants: [500, 1500, 2500], voiced: 0, breath: 0, pitch: 1 };
  const glide = 1 - Math.exp(-TUNING / ((GLIDE_MS / 1000 / 2) * VOICE_RATE));
  let phase = 0;
  let at = 0;
  let noise = 1;
  score.forEach(({ sound, pitch }, index) => {
    const end = at + (lengths[index] ?? 0);
    for (; at < end; at += 1) {
      if (at % TUNING === 0) {
        now.voiced += (sound.voiced - now.voiced) * glide;
        now.breath += (sound.breath - now.breath) * glide;
        now.pitch += (pitch - now.pitch) * glide * 0.5;
        mouth.forEach((resonance, n) => {
          const formant =
            (now.formants[n] ?? 0) + ((sound.formants[n] ?? 0) - (now.formants[n] ?? 0)) * glide;
          now.formants[n] = formant;
          resonance.tune(formant * voice.throat, 70 + 40 * n);
        });
      }
      // The cords: a pulse that rises and falls back at once. The breath: noise from a small generator, so that
      // the same text always gives the same samples.
      phase = (phase + (voice.pitch * now.pitch) / VOICE_RATE) % 1;
      noise = (Math.imul(noise, 1_103_515_245) + 12_345) & 0x7fff_ffff;
      const cords = phase < 0.6 ? Math.sin((phase / 0.6) * Math.PI) - 0.6 : -0.6;
      const source = cords * now.voiced + (noise / 0x4000_0000 - 1) * now.breath;
      const sum = mouth.reduce(
        (total, resonance, n) => total + resonance.pass(source) * (WEIGHTS[n] ?? 0),
        0,
      );
      samples[at] = Math.max(-32_768, Math.min(32_767, sum * LOUDNESS));
    }
  });
  return samples;
}
