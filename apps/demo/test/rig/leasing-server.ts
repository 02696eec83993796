import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LeasingServer {
  readonly url: string;
  /** The calls about leases, in order: `POST /v1/sessions/…/end`. */
  readonly calls: readonly string[];
  close(): Promise<void>;
}

/** A token server that also keeps leases: it passes on all else to the real one, which does not yet. */
export async function startLeasingServer(tokenServer: string): Promise<LeasingServer> {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request;
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', 'content-type');
    if (method === 'OPTIONS') response.writeHead(204).end();
    else if (/\/(heartbeat|end)$/.test(url)) {
      calls.push(`${method} ${url}`);
      response.end('{}');
    } else {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        void fetch(`${tokenServer}${url}`, {
          method,
          headers: { 'content-type': 'application/json' },
          ...(method === 'POST' && { body: Buffer.concat(chunks) }),
        }).then(async (answer) => {
          response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
        });
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
