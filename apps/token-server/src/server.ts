import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { Broker } from './broker/broker.ts';
import { uncheckedCallers } from './config/caller-check.ts';
import { ConfigError } from './config/config-error.ts';
import type { TokenServerConfig } from './config/config.ts';
import {
  DRAIN_MS,
  HEADERS_TIMEOUT_MS,
  KEEP_ALIVE_TIMEOUT_MS,
  LATE_REQUEST_CHECK_MS,
  REQUEST_TIMEOUT_MS,
} from './config/constants.ts';
import { createApp } from './http/app.ts';
import { Draining } from './ops/draining.ts';
import { createLogger, type LogDestination } from './ops/logger.ts';
import { openVendors } from './vendors/vendors.ts';

export interface TokenServer {
  /** Resolves once it accepts connections. Rejects with a {@link ConfigError} when it cannot listen there. */
  listen(): Promise<{ url: string; port: number }>;
  /** Answers what is under way, then ends; whatever happens, within 25 seconds. */
  close(): Promise<void>;
}

/**
 * Makes the server; it logs to stdout unless told otherwise. Throws a {@link ConfigError} for a configuration that it
 * cannot or must not run with.
 */
export function createTokenServer(config: TokenServerConfig, logTo?: LogDestination): TokenServer {
  const unchecked = uncheckedCallers(config);
  if (unchecked.length > 0) throw new ConfigError(unchecked);
  const keys = Object.values(config.accounts).map(({ apiKey }) => apiKey);
  const logger = createLogger(config.logLevel, keys, logTo);
  const vendors = openVendors(config.accounts);
  const broker = new Broker(config.presets, vendors);
  const server = createServer({
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: LATE_REQUEST_CHECK_MS,
  });
  const draining = new Draining(server);
  server.on('request', createApp({ broker, logger, isDraining: () => draining.begun }));
  return {
    listen: async () => {
      const bound = await listen(server, config);
      logger.warn(
        'development mode: callers are not checked; every program and local page on this machine can mint',
      );
      logger.info({ url: bound.url }, 'listening');
      return bound;
    },
    close: async () => {
      logger.info('draining');
      await draining.drain(DRAIN_MS);
      await Promise.all(Object.values(vendors).map((vendor) => vendor.close()));
      logger.info('closed');
    },
  };
}

async function listen(
  server: Server,
  { host, port }: Pick<TokenServerConfig, 'host' | 'port'>,
): Promise<{ url: string; port: number }> {
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    throw cannotListen(host, port, error);
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has an address with a port');
  const name = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return { url: `http://${name}:${bound.port}`, port: bound.port };
}

function cannotListen(host: string, port: number, error: unknown): ConfigError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
  return new ConfigError([
    code === 'EADDRINUSE'
      ? `Port ${port} of ${host} is taken: choose another with --port, for example --port 0 for any free one.`
      : `It cannot listen on port ${port} of ${host} (${code}): choose another with --port or HOST.`,
  ]);
}
