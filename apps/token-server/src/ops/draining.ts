import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { IDLE_SWEEP_MS } from '../config/constants.ts';

/** Ends a server without losing a request that has reached it. */
export class Draining {
  readonly #server: Server;
  readonly #underWay = new Set<ServerResponse>();
  readonly #sockets = new Set<Socket>();
  #begun = false;

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** Counts a request as under way. Before anybody answers it: a goodbye is said in the answer's headers. */
  note(response: ServerResponse): void {
    this.#underWay.add(response);
    response.once('close', () => this.#underWay.delete(response));
    if (this.#begun) sayGoodbye(response);
  }

  /** Whether the server is on its way out. */
  get begun(): boolean {
    return this.#begun;
  }

  /** No longer ready, but still accepting: a balancer needs a moment to notice. */
  begin(): void {
    this.#begun = true;
    for (const response of this.#underWay) sayGoodbye(response);
  }

  /** Accepts nothing more, lets what is under way end, and cuts off what is left after `withinMs`. */
  async drain(withinMs: number): Promise<void> {
    this.begin();
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    this.#sweep();
    const sweeping = setInterval(() => {
      this.#sweep();
    }, IDLE_SWEEP_MS);
    const late = setTimeout(() => {
      this.#server.closeAllConnections();
    }, withinMs);
    await closed;
    clearInterval(sweeping);
    clearTimeout(late);
  }

  #sweep(): void {
    this.#server.closeIdleConnections();
    // Browsers open connections in advance, and Node takes one that has never spoken for a slow request.
    // Once the loop has read what lies there: it may have been taken in the turn before.
    setImmediate(() => {
      for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy();
    });
  }
}

// So that the caller sends its next request elsewhere, and not into a connection that is about to end.
function sayGoodbye(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close');
}
