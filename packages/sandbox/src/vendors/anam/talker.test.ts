import { expect, test } from 'vitest';
import { Speech } from '../../media/speech.ts';
import { VOICE_RATE } from '../../media/voice.ts';
import { Talker } from './talker.ts';

test('a stream that nobody ends silences the persona for a while only', () => {
  const speech = new Speech(VOICE_RATE);
  const said: unknown[] = [];
  const talker = new Talker(speech, {
    channel: (_type, line) => {
      said.push((line as { content: string }).content);
    },
    signal: () => undefined,
  });
  const listen = (seconds: number): void => {
    for (let block = 0; block < seconds * 100; block += 1) speech.next();
  };
  talker.hearStream({ content: 'half a', correlationId: 'a', endOfSpeech: false });
  talker.say('spoken by talk()');
  listen(8);
  // A pause is none of the ends.
  talker.hearStream({ content: ' sentence', correlationId: 'a', endOfSpeech: false });
  listen(8);
  expect(said).toEqual(['half a', ' sentence']);
  listen(8);
  expect(said).toEqual(['half a', ' sentence', '', 'spoken by talk()', '']);
});
