import type { IncomingMessage, Server } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Vendor } from '../vendor.ts';
import type { Opening } from '../vendors/socket.ts';
import type { Note } from '../vendors/listen.ts';
import { isLoopbackHost } from './loopback.ts';
import type { Target } from './target.ts';
import { parseTarget } from './target.ts';
import type { Desk } from './vendor-desk.ts';
import { knockOf } from './vendor-desk.ts';

/** A LITE client sends whole sentences of audio at once: the vendor allows less than a megabyte. */
const MAX_MESSAGE_BYTES = 4_194_304;
const SWITCHING = 101;

/** Serves WebSockets on a server that has so far only HTTP. */
export function serveUpgrades(server: Server, desk: Desk, isVendor: (room: string) => room is Vendor): void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  // The HTTP server gives such a connection away, and would neither end it nor stop waiting for it.
  const open = new Set<Duplex>();
  server.on('upgrade', (request: IncomingMessage, raw: Duplex, head: Buffer) => {
    open.add(raw);
    raw.on('close', () => open.delete(raw));
    // Whoever breaks the connection in between has no further interest in it.
    raw.on('error', () => raw.destroy());
    const target = parseTarget(request.url ?? '');
    const { room } = target;
    if (!isLoopbackHost(request.headers.host)) {
      refuse(raw, 403);
      return;
    }
    if (!isVendor(room)) {
      refuse(raw, 404);
      return;
    }
    knock(desk, room, target, request).then(
      ({ opening, note }) => {
        if ('refuse' in opening) {
          refuse(raw, opening.refuse.status);
          return;
        }
        // Never calls back when the connection is gone by now, be it that the sandbox is closing.
        sockets.handleUpgrade(request, raw, head, (socket) => {
          // A broken frame closes the connection, which is all that anybody needs to know.
          socket.on('error', () => undefined);
          opening.accept(socket, note);
        });
      },
      () => {
        refuse(raw, 500);
      },
    );
  });
  desk.closing.addEventListener('abort', () => {
    for (const raw of open) raw.destroy();
  });
}

/** Asks the vendor, and notes it in the journal; `note` will note there what the client says wrongly. */
async function knock(
  desk: Desk,
  vendor: Vendor,
  target: Target,
  request: IncomingMessage,
): Promise<{ opening: Opening; note: Note }> {
  const { path, query } = target;
  const record = (status: number, notes: readonly string[]): void => {
    const { headers } = request;
    const at = desk.clock.now();
    desk.record({ at, vendor, method: 'GET', path, query, headers, status, bodyBytes: 0, notes });
  };
  const opening = await desk.houses[vendor].connect(knockOf(vendor, target, request));
  const status = 'refuse' in opening ? opening.refuse.status : SWITCHING;
  record(status, ['WebSocket', ...(opening.note === undefined ? [] : [opening.note])]);
  const note = (problem: string): void => {
    record(SWITCHING, ['WebSocket', `malformed message: ${problem}`]);
  };
  return { opening, note };
}

function refuse(raw: Duplex, status: number): void {
  raw.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
  );
}
