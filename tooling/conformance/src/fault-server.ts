import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer as createSocketServer, type AddressInfo, type Server } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as it arrived, or a connection for a server that never reads one. Times are of `performance.now()`. */
export interface Received {
  readonly at: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** When its exchange was over, by either side. */
  closedAt?: number;
}

/** A server on this machine with a fault. */
export interface FaultServer extends AsyncDisposable {
  readonly url: string;
  /** What came so far, in order. */
  readonly received: readonly Received[];
}

/** What the server does once it has the whole of a request. */
export type Reply = (response: ServerResponse, nth: number) => void;

/** Starts a server that replies so. */
export async function serve(reply: Reply, host = '127.0.0.1'): Promise<FaultServer> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    text(request).then(
      (body) => {
        const one: Received = { at: performance.now(), headers: request.headers, body };
        received.push(one);
        response.on('close', () => (one.closedAt = performance.now()));
        reply(response, received.length);
      },
      () => {
        // The client went away while it was still sending: there is nobody to reply to.
      },
    );
  });
  const close = (): void => {
    server.closeAllConnections();
  };
  return listening(server, host, received, close);
}

/** Starts a server that resets every connection before it reads a byte. */
export async function serveResets(): Promise<FaultServer> {
  const received: Received[] = [];
  const server = createSocketServer((socket) => {
    received.push({ at: performance.now(), headers: {}, body: '' });
    socket.on('error', () => undefined);
    socket.resetAndDestroy();
  });
  return listening(server, '127.0.0.1', received, () => undefined);
}

async function listening(
  server: Server,
  host: string,
  received: readonly Received[],
  dropConnections: () => void,
): Promise<FaultServer> {
  server.listen({ port: 0, host, backlog: 1_024 });
  await once(server, 'listening');
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    received,
    [Symbol.asyncDispose]: async () => {
      server.close();
      dropConnections();
      await once(server, 'close');
    },
  };
}
