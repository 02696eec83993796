import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Captions } from './captions.ts';

let shown: string;
let captions: Captions;

beforeEach(() => {
  vi.useFakeTimers();
  shown = '';
  captions = new Captions((text) => {
    shown = text;
  });
});
afterEach(() => {
  captions.stop();
  vi.useRealTimers();
});

test('words stay as long as somebody speaks, and a while after', () => {
  captions.speaking(true);
  captions.say('Hello');
  vi.advanceTimersByTime(60_000);
  expect(shown).toBe('Hello');
  captions.speaking(false);
  vi.advanceTimersByTime(3999);
  expect(shown).toBe('Hello');
  vi.advanceTimersByTime(1);
  expect(shown).toBe('');
});

test('the next words are not cleared with those before', () => {
  captions.speaking(true);
  captions.say('First');
  captions.speaking(false);
  vi.advanceTimersByTime(3000);
  captions.speaking(true);
  captions.say('Second');
  vi.advanceTimersByTime(60_000);
  expect(shown).toBe('Second');
});

test('words that come after the voice do not stay for good', () => {
  captions.speaking(false);
  captions.say('Late');
  expect(shown).toBe('Late');
  vi.advanceTimersByTime(4000);
  expect(shown).toBe('');
});

test('once it is stopped, nothing is shown any more', () => {
  captions.say('Hello');
  captions.stop();
  vi.advanceTimersByTime(60_000);
  expect(shown).toBe('Hello');
});
