import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer as createSocketServer, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** A request as it reached a local server. */
export interface Received {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface LocalServer {
  /** Such as `http://127.0.0.1:40123`. */
  readonly origin: string;
  /** What came so far, in order. */
  readonly received: readonly Received[];
  /** Closes every connection that stands, as a server does that restarts. */
  dropConnections(): void;
}

/** What a server does with one request. */
export type Reply = (response: ServerResponse, request: Received) => void;

/** A server on a free port of this machine, closed when the test is over. Replies in order; the last one repeats. */
export async function serve(...replies: readonly [Reply, ...Reply[]]): Promise<LocalServer> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request;
    text(request).then(
      (body) => {
        const whole = { method, path, headers, body };
        received.push(whole);
        const reply = replies[received.length - 1] ?? replies.at(-1);
        reply?.(response, whole);
      },
      () => {
        // The client went away while it was still sending: nobody waits for a reply.
      },
    );
  });
  // It tells the client, who keeps an idle connection for as long.
  server.keepAliveTimeout = 30_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    origin: originOf(server.address()),
    received,
    dropConnections: () => {
      server.closeAllConnections();
    },
  };
}

/** A server below HTTP: every connection is handed over as it is. `close` takes no more of them. */
export async function serveSockets(
  onConnection: (socket: Socket) => void,
): Promise<{ origin: string; close: () => void }> {
  const sockets = new Set<Socket>();
  const server = createSocketServer((socket) => {
    sockets.add(socket);
    // A client that goes away is what some tests are about.
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    origin: originOf(server.address()),
    close: () => {
      server.close();
    },
  };
}

/** An origin where nobody listens. */
export async function deadOrigin(): Promise<string> {
  const server = createSocketServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = originOf(server.address());
  server.close();
  await once(server, 'close');
  return origin;
}

function originOf(address: AddressInfo | string | null): string {
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}`;
}

/** Replies with JSON. */
export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}

/** Replies with a text of any type. */
export function page(
  body: string,
  status: number,
  contentType: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': contentType, ...headers });
    response.end(body);
  };
}

/** Replies with a status and no body to speak of. */
export function status(code: number, headers: Readonly<Record<string, string>> = {}): Reply {
  return json({}, code, headers);
}

/** Never replies. */
export const hangs: Reply = () => undefined;

/** Resets the connection instead of replying. */
export const resets: Reply = (response) => {
  response.socket?.resetAndDestroy();
};

/** Begins a good reply and resets the connection in the middle of it. */
export const resetsInBody: Reply = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"token":', () => {
    // Later, so that the client has the headers in its hands.
    setTimeout(() => response.socket?.resetAndDestroy(), 20);
  });
};

/** Promises more bytes than it sends, and ends the connection in an orderly way. */
export const truncates: Reply = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"token":"a-to', () => response.socket?.end());
};

/** Begins a good reply and never ends it. */
export const stalls: Reply = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"token":');
};

/** Sends one byte after another, never silent for long and never done. */
export const trickles: Reply = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 10);
  response.on('close', () => {
    clearInterval(timer);
  });
};
