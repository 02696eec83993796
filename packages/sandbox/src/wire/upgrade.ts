import type { WebSocket } from 'ws';
import type { Answer } from './answer.ts';
import type { Note } from './listen.ts';

/** A request to a vendor's realtime half: for a WebSocket, or beside one. */
export interface RealtimeRequest {
  /** The vendor's own path. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The vendor's address as the caller reached it: `http://127.0.0.1:4010/simli`. */
  readonly baseUrl: string;
}

/** What becomes of a request for a WebSocket; `note` goes to the journal. */
export type UpgradeDecision = { readonly note?: string } & (
  { readonly accept: (socket: WebSocket, note: Note) => void } | { readonly refuse: Answer }
);
