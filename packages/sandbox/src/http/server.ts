import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Controls } from '../control/api.ts';
import { vendors, type Vendor } from '../vendor.ts';
import { CONTROL_PREFIX, serveControl } from './control-requests.ts';
import { isLoopbackHost } from './loopback.ts';
import { send } from './send.ts';
import { parseTarget } from './target.ts';
import { serveUpgrades } from './upgrade.ts';
import { serveVendor, type RequestContext } from './vendor-requests.ts';

const LOOPBACK = '127.0.0.1';
/** Above any client's own, so that it is always the client who gives a connection up. */
const KEEP_ALIVE_MS = 65_000;

const isVendor = (prefix: string): prefix is Vendor => vendors.some((vendor) => vendor === prefix);

async function serve(
  context: RequestContext,
  controls: Controls,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = parseTarget(request.url ?? '');
  if (!isLoopbackHost(request.headers.host)) {
    await send(response, {
      status: 403,
      body: { error: 'host: the sandbox answers to loopback names only' },
    });
  } else if (target.prefix === CONTROL_PREFIX) {
    await serveControl(controls, target.path, request, response);
  } else if (isVendor(target.prefix)) {
    await serveVendor(context, target.prefix, target, request, response);
  } else {
    const prefixes = [...vendors, CONTROL_PREFIX].map((prefix) => `/${prefix}`).join(', ');
    await send(response, { status: 404, body: { error: `path: must begin with one of ${prefixes}` } });
  }
}

/** Listens on loopback; resolves with the address. */
export async function listen(
  context: RequestContext,
  controls: Controls,
  port: number,
): Promise<{ server: Server; url: string }> {
  // Some clients offer HTTP/2 (h2c) with what is a plain request; only newer versions of Node ask here.
  const shouldUpgradeCallback = ({ headers }: IncomingMessage): boolean =>
    headers.upgrade?.toLowerCase() === 'websocket';
  const server = createServer({ shouldUpgradeCallback }, (request, response) => {
    serve(context, controls, request, response).catch((error: unknown) => {
      // When the caller is gone, a reset broke the call or the sandbox is closing, nobody waits for an answer.
      if (context.closing.aborted || response.headersSent || response.destroyed) response.destroy();
      else void send(response, { status: 500, body: { error: `sandbox: ${String(error)}` } });
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  serveUpgrades(server, context, isVendor);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new PortTakenError(port, error) : error);
    });
    server.listen(port, LOOPBACK, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return { server, url: `http://${LOOPBACK}:${bound}` };
}

/** Ends every connection at once, also those that a fault holds. */
export async function shut(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

/** The port is in use; another one must be chosen. */
export class PortTakenError extends Error {
  override readonly name: string = 'PortTakenError';
  readonly port: number;

  constructor(port: number, cause: unknown) {
    super(`Port ${port} of ${LOOPBACK} is taken: choose another, or 0 for any free one.`, { cause });
    this.port = port;
  }
}
