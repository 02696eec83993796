import { expect, test } from 'vitest';
import { Speech } from '../../media/speech.ts';
import { SIMLI_RATE, SimliAudio } from './audio.ts';

const SECOND = SIMLI_RATE;
const samples = (length: number, value: number): Buffer =>
  Buffer.from(new Int16Array(length).fill(value).buffer);
const immediately = (audio: Buffer): Buffer => Buffer.concat([Buffer.from('PLAY_IMMEDIATE'), audio]);

function setUp(): { speech: Speech; audio: SimliAudio; said: string[] } {
  const said: string[] = [];
  const speech = new Speech(SIMLI_RATE);
  return { speech, audio: new SimliAudio(speech, (word) => said.push(word)), said };
}

test('what is to be played immediately cuts off what is said, and what waits', () => {
  const { speech, audio, said } = setUp();
  audio.take(samples(SECOND, 1000));
  audio.take(samples(SECOND, 2000));
  expect(new Set(speech.next())).toEqual(new Set([1000]));
  audio.take(immediately(samples(SECOND, 3000)));
  expect(said).toEqual(['SPEAK', 'SILENT']);
  expect(new Set(speech.next())).toEqual(new Set([3000]));
  expect(said).toEqual(['SPEAK', 'SILENT', 'SPEAK']);
});

test('other audio follows what is said', () => {
  const { speech, audio, said } = setUp();
  audio.take(samples(160, 1000));
  audio.take(samples(160, 2000));
  expect(new Set(speech.next())).toEqual(new Set([1000]));
  expect(new Set(speech.next())).toEqual(new Set([2000]));
  expect(said).toEqual(['SPEAK']);
});
