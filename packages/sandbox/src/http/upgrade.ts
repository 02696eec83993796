import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Vendor } from '../vendor.ts';
import { isLoopbackHost } from './loopback.ts';
import { parseTarget, type Target } from './target.ts';
import { realtimeRequestOf, seenOf, type RequestContext } from './vendor-requests.ts';

/** A LITE client sends whole sentences of audio at once: the vendor allows less than a megabyte. */
const MAX_MESSAGE_BYTES = 4_194_304;
const SWITCHING = 101;

/** A client that asks for a WebSocket. */
interface PendingUpgrade {
  readonly request: IncomingMessage;
  readonly raw: Duplex;
  /** Opens it; undefined when the client is gone, or asks in no way of the protocol. */
  readonly handshake: () => WebSocket | undefined;
}

/** Serves WebSockets on a server that has so far only HTTP. */
export function serveUpgrades(
  server: Server,
  context: RequestContext,
  isVendor: (prefix: string) => prefix is Vendor,
): void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  const completeUpgrade = (request: IncomingMessage, raw: Duplex, head: Buffer): WebSocket | undefined => {
    let opened: WebSocket | undefined;
    // It calls back at once, or has answered by itself and never does.
    sockets.handleUpgrade(request, raw, head, (socket) => {
      opened = socket;
    });
    return opened;
  };
  // The HTTP server gives such a connection away, and would neither end it nor stop waiting for it.
  const open = new Set<Duplex>();
  server.on('upgrade', (request: IncomingMessage, raw: Duplex, head: Buffer) => {
    open.add(raw);
    raw.on('close', () => open.delete(raw));
    // Whoever breaks the connection in between has no further interest in it.
    raw.on('error', () => raw.destroy());
    const target = parseTarget(request.url ?? '');
    const { prefix } = target;
    if (!isLoopbackHost(request.headers.host)) refuse(raw, 403);
    else if (!isVendor(prefix)) refuse(raw, 404);
    else {
      serveUpgrade(context, prefix, target, {
        request,
        raw,
        handshake: () => completeUpgrade(request, raw, head),
      }).catch(() => {
        refuse(raw, 500);
      });
    }
  });
  context.closing.addEventListener('abort', () => {
    for (const raw of open) raw.destroy();
  });
}

/** Asks the vendor, opens the WebSocket, and keeps the journal: also of what the client later says wrongly. */
async function serveUpgrade(
  context: RequestContext,
  vendor: Vendor,
  target: Target,
  { request, raw, handshake }: PendingUpgrade,
): Promise<void> {
  const record = (): ReturnType<RequestContext['record']> =>
    context.record({ ...seenOf(context, vendor, target, request), notes: ['WebSocket'] });
  const complete = record();
  const decision = await context.vendors[vendor].connect(realtimeRequestOf(vendor, target, request));
  const notes = ['WebSocket', ...(decision.note === undefined ? [] : [decision.note])];
  if ('refuse' in decision) {
    complete(decision.refuse.status, notes);
    refuse(raw, decision.refuse.status);
    return;
  }
  const socket = handshake();
  if (socket) {
    complete(SWITCHING, notes);
    // A broken frame closes the connection, which is all that anybody needs to know.
    socket.on('error', () => undefined);
    decision.accept(socket, (problem) => {
      record()(SWITCHING, ['WebSocket', `malformed message: ${problem}`]);
    });
  } else if (!raw.destroyed) {
    complete(request.method === 'GET' ? 400 : 405, notes);
  }
}

function refuse(raw: Duplex, status: number): void {
  raw.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
  );
}
