import { randomUUID } from 'node:crypto';
import { pcm16 } from '../../media/pcm.ts';
import type { Speech, Utterance } from '../../media/speech.ts';
import { speak, type Voice } from '../../media/voice.ts';
import { textOf, type Fields } from '../../wire/fields.ts';

const voice: Voice = { pitch: 118, throat: 1 };

export interface FullAgentOutput {
  readonly publish: (event: object) => void;
  readonly transcribe: (role: 'user' | 'avatar', text: string) => void;
  readonly stop: () => void;
}

/** FULL mode: takes commands on the room's data channel, and tells there what it says. */
export class FullAgent {
  readonly #speech: Speech;
  readonly #sessionId: string;
  readonly #output: FullAgentOutput;

  constructor(speech: Speech, sessionId: string, output: FullAgentOutput) {
    this.#speech = speech;
    this.#sessionId = sessionId;
    this.#output = output;
  }

  hear(command: Fields): void {
    const event_type = textOf(command, 'event_type');
    const event_id = textOf(command, 'event_id');
    const text = textOf(command, 'text') ?? '';
    if (event_type === 'avatar.speak_text') this.#say(text, event_id);
    else if (event_type === 'avatar.speak_response') this.#answer(text, event_id);
    else if (event_type === 'avatar.interrupt') this.#speech.interrupt();
    else if (event_type === 'session.stop') this.#output.stop();
  }

  /** The sandbox has no language model, so it says back what it was told. */
  #answer(text: string, source: string | undefined): void {
    this.#output.transcribe('user', text);
    this.tell('user.transcription', source, { text });
    this.#say(`You said: ${text}`, source);
  }

  #say(text: string, source: string | undefined): void {
    this.#speech.say(speak(text, voice), {
      started: () => {
        this.tell('avatar.speak_started', source);
        this.tell('avatar.transcription', source, { text });
        this.#output.transcribe('avatar', text);
      },
      ended: () => {
        this.tell('avatar.speak_ended', source);
      },
    });
  }

  tell(event_type: string, source_event_id?: string, more: object = {}): void {
    const event_id = randomUUID();
    this.#output.publish({ event_id, event_type, source_event_id, session_id: this.#sessionId, ...more });
  }
}

/** LITE mode: says the audio that it is sent on the session's own WebSocket. */
export class LiteAgent {
  readonly #speech: Speech;
  readonly #tell: (message: object) => void;
  /** What is being sent, by its event id. */
  readonly #utterances = new Map<string, Utterance>();

  constructor(speech: Speech, tell: (message: object) => void) {
    this.#speech = speech;
    this.#tell = tell;
  }

  hear(message: Fields): void {
    const type = textOf(message, 'type');
    const event_id = textOf(message, 'event_id') ?? '';
    if (type === 'agent.speak') this.#speak(event_id, textOf(message, 'audio') ?? '');
    else if (type === 'agent.speak_end') this.#utterances.get(event_id)?.end();
    else if (type === 'agent.interrupt') this.#speech.interrupt();
  }

  #speak(event_id: string, audio: string): void {
    const utterance = this.#utterances.get(event_id) ?? this.#open(event_id);
    utterance.append(pcm16(Buffer.from(audio, 'base64')));
  }

  #open(event_id: string): Utterance {
    const utterance = this.#speech.open({
      started: () => {
        this.#tell({ type: 'agent.speak_started', event_id });
      },
      ended: () => {
        this.#utterances.delete(event_id);
        this.#tell({ type: 'agent.speak_ended', event_id });
      },
    });
    this.#utterances.set(event_id, utterance);
    return utterance;
  }
}
