import type { WebSocket } from 'ws';
import { NoWebRtcError } from '../media/wrtc.ts';
import type { Answer } from './emulation.ts';
import type { Note } from './listen.ts';

/** A client that asks for a WebSocket. */
export interface Knock {
  /** The vendor's own path. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The vendor's address as the caller reached it: `http://127.0.0.1:4010/simli`. */
  readonly baseUrl: string;
}

/** What becomes of it; `note` goes to the journal. */
export type Opening = { readonly note?: string } & (
  { readonly accept: (socket: WebSocket, note: Note) => void } | { readonly refuse: Answer }
);

/** What to do without a WebRTC stack: the sentence that says so goes to the journal, and to the client by `tell`. */
export function withoutWebRtc(error: unknown, tell: (sentence: string) => Opening): Opening {
  if (!(error instanceof NoWebRtcError)) throw error;
  return { ...tell(error.message), note: error.message };
}

/** Breaks a connection, unless it is just being closed properly. */
export function drop(socket: WebSocket): void {
  if (socket.readyState === socket.OPEN || socket.readyState === socket.CONNECTING) socket.terminate();
}

/** Sends while the connection is open. */
export function tell(socket: WebSocket, message: string | Uint8Array): void {
  if (socket.readyState === socket.OPEN) socket.send(message);
}
