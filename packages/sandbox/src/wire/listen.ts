/** What a client sent: a text, or bytes. */
export type Message = string | Buffer;

/** Puts what is wrong with a message into the journal. */
export type Note = (problem: string) => void;

/** A WebSocket or a data channel, as far as the two are alike. */
interface MessageSource {
  binaryType: string;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

export interface Listener {
  /** Takes a message; an error that it throws or rejects with says what is wrong with the message. */
  readonly hear: (message: Message) => Promise<void> | void;
  readonly note: Note;
  /** Answers a wrong message, where the protocol has an answer to it. */
  readonly refuse?: (problem: string) => void;
}

/**
 * Listens to a client. Every WebSocket and every data channel is listened to through this and in no other way: a
 * client may send anything, and nothing that it sends may end the process.
 */
export function listen(source: MessageSource, { hear, note, refuse }: Listener): void {
  const take = async (message: Message): Promise<void> => {
    await hear(message);
  };
  source.binaryType = 'arraybuffer';
  source.addEventListener('message', ({ data }) => {
    take(typeof data === 'string' ? data : Buffer.from(data as ArrayBuffer)).catch((error: unknown) => {
      const problem = error instanceof Error ? error.message : String(error);
      note(problem);
      refuse?.(problem);
    });
  });
}
