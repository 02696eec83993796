import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import { KEEP_ALIVE_MAX_MS } from '../constants.ts';

/**
 * Opens connections for a pool, and can open one ahead of the first request, so that the first caller after a deploy
 * does not pay for DNS, TCP and TLS. Nothing is sent on it.
 */
export class WarmConnector {
  readonly #connector: buildConnector.connector;
  #ready: Socket | undefined;
  #expiry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(connector: buildConnector.connector) {
    this.#connector = connector;
  }

  /** For undici: hands over the connection that is ready, else opens one. */
  readonly connect: buildConnector.connector = (options, callback) => {
    const socket = this.#take();
    if (socket === undefined) {
      this.#connector(options, callback);
      return;
    }
    socket.pause();
    socket.ref();
    queueMicrotask(() => {
      callback(null, socket);
    });
  };

  /** Whether a connection to `origin` stands and is kept for the next request, for 30 s at most. */
  warmUp(origin: string): Promise<boolean> {
    if (this.#ready !== undefined) return Promise.resolve(true);
    const { protocol, host, hostname: name, port } = new URL(origin);
    // A socket knows an IPv6 address only without the brackets that a URL puts around it.
    const hostname = name.replace(/^\[(.*)\]$/, '$1');
    return new Promise((resolve) => {
      this.#connector({ protocol, host, hostname, port }, (error, socket) => {
        if (error === null && this.#closed) socket.destroy();
        else if (error === null) this.#keep(socket);
        resolve(error === null && !this.#closed);
      });
    });
  }

  /** Ends the connection that waits, if one does. */
  close(): void {
    this.#closed = true;
    this.#take()?.destroy();
  }

  #keep(socket: Socket): void {
    this.#take()?.destroy();
    this.#ready = socket;
    // A waiting connection is no work: it must not keep the process alive.
    socket.unref();
    // Unread, a socket would not notice that the other side has closed it.
    socket.resume();
    socket.once('close', this.#forget);
    this.#expiry = setTimeout(() => {
      this.#take()?.destroy();
    }, KEEP_ALIVE_MAX_MS);
    this.#expiry.unref();
  }

  #take(): Socket | undefined {
    const socket = this.#ready;
    socket?.off('close', this.#forget);
    this.#forget();
    return socket?.destroyed === false && !socket.readableEnded ? socket : undefined;
  }

  readonly #forget = (): void => {
    clearTimeout(this.#expiry);
    this.#ready = undefined;
  };
}
