import { expect, test } from 'vitest';
import { pcm16, resampled } from './pcm.ts';
import { Speech } from './speech.ts';

const tone = (length: number): Int16Array => new Int16Array(length).fill(9000);
const sum = (block: Int16Array): number => block.reduce((total, value) => total + Number(value !== 0), 0);

function blocks(speech: Speech, count: number): number[] {
  return Array.from({ length: count }, () => sum(speech.next()));
}

test('gives blocks of 10 ms, one utterance after the other, and silence after', () => {
  const speech = new Speech(16_000);
  const told: string[] = [];
  speech.say(tone(200), { started: () => told.push('a'), ended: () => told.push('a ended') });
  speech.say(tone(100), { started: () => told.push('b'), ended: () => told.push('b ended') });
  expect(blocks(speech, 3)).toEqual([160, 140, 0]);
  expect(told).toEqual(['a', 'a ended', 'b', 'b ended']);
});

test('waits for an utterance that is not ended, or as long as it has patience', () => {
  const speech = new Speech(16_000);
  const told: string[] = [];
  const open = speech.open({ ended: () => told.push('ended') });
  expect(blocks(speech, 3)).toEqual([0, 0, 0]);
  open.append(tone(160));
  expect(blocks(speech, 2)).toEqual([160, 0]);
  expect(speech.speaking).toBe(true);
  open.end();
  blocks(speech, 1);
  expect(told).toEqual(['ended']);
  const impatient = speech.open({ ended: () => told.push('gave up') }, 30);
  impatient.append(tone(160));
  blocks(speech, 5);
  expect(told).toEqual(['ended', 'gave up']);
  expect(speech.speaking).toBe(false);
});

test('has patience with what nobody ends, at its turn or before, and then says what comes after', () => {
  const speech = new Speech(16_000);
  const told: string[] = [];
  for (const name of ['a', 'b', 'c']) speech.open({ ended: () => told.push(name) });
  speech.say(tone(160), { started: () => told.push('said') });
  blocks(speech, 990);
  expect(told).toEqual([]);
  blocks(speech, 20);
  expect(told).toEqual(['a', 'b', 'c', 'said']);
});

test('what waits for its turn has not begun to wait for more', () => {
  const speech = new Speech(16_000);
  const told: string[] = [];
  speech.say(tone(16_000 * 20));
  const open = speech.open({ ended: () => told.push('ended') });
  open.append(tone(160));
  blocks(speech, 2001);
  open.append(tone(160));
  expect(blocks(speech, 1)).toEqual([160]);
  expect(told).toEqual([]);
});

test('takes no more at once than it can bear', () => {
  const speech = new Speech(16_000);
  for (let i = 0; i < 200; i += 1) speech.open({});
  expect(speech.full).toBe(true);
  expect(() => speech.open({})).toThrow('must wait: 200 utterances are not over yet');
});

test('an interruption ends what is said and what waits', () => {
  const speech = new Speech(16_000);
  const told: string[] = [];
  for (const name of ['a', 'b'])
    speech.say(tone(1600), { ended: (cut) => told.push(`${name} ${String(cut)}`) });
  speech.next();
  speech.interrupt();
  expect(told).toEqual(['a true', 'b true']);
  expect(sum(speech.next())).toBe(0);
});

test('its end is told to nobody', () => {
  const speech = new Speech(16_000);
  const told: string[] = [];
  speech.say(tone(1600), { ended: () => told.push('ended') });
  speech.next();
  speech.close();
  expect(sum(speech.next())).toBe(0);
  expect(told).toEqual([]);
});

test('the mouth follows the loudness', () => {
  const speech = new Speech(16_000);
  speech.say(tone(16_000));
  for (let i = 0; i < 10; i += 1) speech.next();
  expect(speech.loudness).toBeGreaterThan(0.8);
  speech.interrupt();
  speech.next();
  expect(speech.loudness).toBeGreaterThan(0.4);
  for (let i = 0; i < 40; i += 1) speech.next();
  expect(speech.loudness).toBeLessThan(0.01);
});

test('keeps no more than two minutes', () => {
  const speech = new Speech(16_000);
  const open = speech.open({});
  for (let i = 0; i < 200; i += 1) open.append(tone(16_000));
  open.end();
  const heard = blocks(speech, 20_000).filter((count) => count > 0).length / 100;
  expect(heard).toBe(120);
});

test('reads samples as they are sent, and changes their rate', () => {
  expect([...pcm16(new Uint8Array([1, 0, 255, 255, 7]))]).toEqual([1, -1]);
  expect([...resampled(new Int16Array([0, 100, 200, 300]), 16_000, 32_000)]).toEqual([
    0, 50, 100, 150, 200, 250, 300, 300,
  ]);
  expect([...resampled(new Int16Array([1, 9, 2, 9, 3, 9]), 24_000, 24_000, 2)]).toEqual([1, 2, 3]);
});
