import { randomUUID } from 'node:crypto';
import { pcm16, resampled } from '../../media/pcm.ts';
import type { Speech, Utterance } from '../../media/speech.ts';
import { speak, VOICE_RATE, type Voice } from '../../media/voice.ts';
import { flagOf, textOf, wholeOf, type Fields } from '../../wire/fields.ts';

const voice: Voice = { pitch: 200, throat: 1.12 };

/** What the persona tells its client while it speaks. */
export interface TalkerOutput {
  /** On the data channel. */
  readonly channel: (messageType: string, data: object) => void;
  /** On the WebSocket. */
  readonly signal: (actionType: string, payload: object) => void;
}

interface TalkChunk {
  readonly content: string;
  readonly endOfSpeech: boolean;
  readonly correlationId: string;
}

/** From a telephone's to a studio's: a lower one would make an hour of sound out of one message. */
const MIN_RATE = 8000;
const MAX_RATE = 192_000;
/** As many as a surround sound has. */
const MAX_CHANNELS = 8;

/** Says texts and audio, and writes down what was said as Anam does. */
export class Talker {
  readonly #speech: Speech;
  readonly #output: TalkerOutput;
  /** The texts that are still coming in, by their correlation id. */
  readonly #streams = new Map<string, { utterance: Utterance; transcribe: (content: string) => void }>();
  #audio: Utterance | undefined;

  constructor(speech: Speech, output: TalkerOutput) {
    this.#speech = speech;
    this.#output = output;
  }

  say(text: string): void {
    this.#stream({ content: text, endOfSpeech: true, correlationId: randomUUID() });
  }

  /** The user wrote something: the sandbox has no language model, so it says it back. */
  hear(content: string): void {
    this.#write({ role: 'user', message_id: randomUUID(), content, content_index: 0, end_of_speech: true });
    this.say(`You said: ${content}`);
  }

  /** What the browser SDK sends of a stream of text. */
  hearStream(chunk: Fields): void {
    this.#stream({
      content: textOf(chunk, 'content') ?? '',
      endOfSpeech: flagOf(chunk, 'endOfSpeech') ?? false,
      correlationId: textOf(chunk, 'correlationId') ?? 'untitled',
    });
  }

  #stream({ content, endOfSpeech, correlationId }: TalkChunk): void {
    const stream = this.#streams.get(correlationId) ?? this.#open(correlationId);
    stream.transcribe(content);
    stream.utterance.append(speak(content, voice));
    if (!endOfSpeech) return;
    stream.utterance.end();
  }

  /** What the browser SDK sends of a stream of audio. */
  hearAudio(chunk: Fields): void {
    const audioData = textOf(chunk, 'audioData') ?? '';
    const sampleRate = wholeOf(chunk, 'sampleRate', MIN_RATE, MAX_RATE) ?? VOICE_RATE;
    const channels = wholeOf(chunk, 'channels', 1, MAX_CHANNELS) ?? 1;
    this.#audio ??= this.#speech.open({
      ended: () => {
        this.#audio = undefined;
      },
    });
    const samples = pcm16(Buffer.from(audioData, 'base64'));
    this.#audio.append(resampled(samples, sampleRate, VOICE_RATE, channels));
  }

  endAudio(): void {
    this.#audio?.end();
  }

  interrupt(): void {
    this.#speech.interrupt();
  }

  #open(correlationId: string): { utterance: Utterance; transcribe: (content: string) => void } {
    const message_id = randomUUID();
    let content_index = 0;
    let heard = false;
    const unheard: string[] = [];
    const write = (content: string, end: { end_of_speech: boolean; interrupted?: boolean }): void => {
      this.#write({ role: 'persona', message_id, content, content_index, ...end });
      content_index += 1;
    };
    const utterance = this.#speech.open({
      started: () => {
        heard = true;
        for (const content of unheard) write(content, { end_of_speech: false });
      },
      ended: (interrupted) => {
        this.#streams.delete(correlationId);
        if (interrupted) this.#output.signal('talkinputstreaminterrupted', { correlationId });
        if (heard) write('', { end_of_speech: true, interrupted });
      },
    });
    const stream = {
      utterance,
      transcribe: (content: string): void => {
        if (heard) write(content, { end_of_speech: false });
        else unheard.push(content);
      },
    };
    this.#streams.set(correlationId, stream);
    return stream;
  }

  #write(line: object): void {
    this.#output.channel('speechText', { interrupted: false, ...line });
  }
}
