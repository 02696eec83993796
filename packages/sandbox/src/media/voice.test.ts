import { expect, test } from 'vitest';
import { speak, VOICE_RATE } from './voice.ts';

const voice = { pitch: 200, throat: 1.1 };
const seconds = (text: string): number => speak(text, voice).length / VOICE_RATE;

function loudness(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / Math.max(1, samples.length));
}

test('lasts as long as a person would need', () => {
  const spoken = seconds('Hello, this is the sandbox, and I am speaking to you.');
  expect(spoken).toBeGreaterThan(3);
  expect(spoken).toBeLessThan(7);
  expect(seconds('One. Two.')).toBeGreaterThan(seconds('One Two'));
});

test('vowels sound, breath is fainter, and a pause is silent', () => {
  const [vowel, breath] = [loudness(speak('aaaa', voice)), loudness(speak('ssss', voice))];
  expect(vowel).toBeGreaterThan(1500);
  expect(breath).toBeLessThan(vowel / 2);
  expect(breath).toBeGreaterThan(100);
  const pause = speak('a.', voice).slice(-2400);
  expect(loudness(pause)).toBeLessThan(200);
});

test('says the same text the same way, other scripts too, and nothing for nothing', () => {
  expect(speak('abc', voice)).toEqual(speak('abc', voice));
  expect(seconds('Привет 你好')).toBeGreaterThan(0.5);
  expect(speak('', voice)).toHaveLength(0);
  expect(speak('🙂 \n', voice)).toHaveLength(0);
  expect(seconds('la '.repeat(1000))).toBeLessThan(60);
});
