import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { assemble, type Outlets, type Parts } from './assembly.ts';
import { doChores } from './chores.ts';
import { uncheckedCallers } from './config/caller-check.ts';
import { ConfigError } from './config/config-error.ts';
import type { TokenServerConfig } from './config/config.ts';
import { DRAIN_MS, LEAST_TIDY_MS, LOG_END_MS, STATE_CONNECT_MS } from './config/constants.ts';
import { reloadOnChange } from './reloading.ts';

/** Where it can be reached. */
interface Bound {
  readonly url: string;
  readonly port: number;
}

export interface TokenServer {
  /** Resolves once it accepts connections. Rejects with a {@link ConfigError} when it cannot listen there. */
  listen(): Promise<Bound>;
  /** Answers what is under way, then ends: sockets within 25 seconds, sessions and the log within 3 more, whatever happens. */
  close(): Promise<void>;
}

/**
 * Makes the server; it logs to stdout unless told otherwise, and tells `hooks` of its calls to vendors. Throws a
 * {@link ConfigError} for a configuration that it cannot or must not run with.
 */
export function createTokenServer(config: TokenServerConfig, outlets: Outlets = {}): TokenServer {
  const unchecked = uncheckedCallers(config);
  if (unchecked.length > 0) throw new ConfigError(unchecked);
  return new Life(config, assemble(config, outlets));
}

/** The life of one server, from its first connection to its last line in the log. */
class Life implements TokenServer {
  readonly #config: TokenServerConfig;
  readonly #parts: Parts;
  #stopReloading = (): void => undefined;
  #stopChores = (): Promise<void> => Promise.resolve();

  constructor(config: TokenServerConfig, parts: Parts) {
    this.#config = config;
    this.#parts = parts;
  }

  async listen(): Promise<Bound> {
    try {
      return await this.#open();
    } catch (error) {
      // What stays open would keep the process alive, and whoever restarts it would not know.
      this.#stopReloading();
      this.#parts.metricsServer?.close();
      await this.#disconnect();
      throw error;
    }
  }

  async close(): Promise<void> {
    const { logger, draining, server, metricsServer, output } = this.#parts;
    logger.info('draining');
    const until = performance.now() + DRAIN_MS;
    draining.begin();
    if (server.listening) await wait(this.#config.drainWaitMs ?? 0);
    await draining.drain(until - performance.now());
    this.#stopReloading();
    await this.#tidy(until - performance.now() + LEAST_TIDY_MS);
    metricsServer?.close();
    logger.info('closed');
    await output.settle?.(LOG_END_MS);
  }

  async #open(): Promise<Bound> {
    const { logger, broker, callers, metricsServer, state, server, watch } = this.#parts;
    const { metrics, dev } = this.#config;
    // First: what is changed while it waits for Redis counts too.
    this.#stopReloading = reloadOnChange(this.#config, { broker, keys: callers.keys, logger });
    if (metrics !== undefined && metricsServer !== undefined) {
      const port = await metricsServer.listen(metrics);
      logger.info({ port }, 'metrics');
    }
    // Whoever finds the server listening finds it able to answer.
    if (!(await state.connected(STATE_CONNECT_MS))) logger.error('Redis cannot be used: started without');
    const bound = await bind(server, this.#config);
    if (dev) {
      logger.warn(
        'development mode: callers are not checked; every program and local page on this machine can mint',
      );
    }
    this.#stopChores = doChores(broker, { watch, state });
    logger.info({ url: bound.url }, 'listening');
    return bound;
  }

  /** Ends the sessions that are this server's alone, then lets go of vendors and state, all within that time. */
  async #tidy(withinMs: number): Promise<void> {
    const { broker } = this.#parts;
    // A start whose caller has left goes on without one, and only then can its session be ended.
    const ending = broker.endOwn(withinMs, broker.settled());
    const tidied = Promise.all([this.#stopChores(), ending]).then(() => this.#disconnect());
    // A vendor that hangs now must not keep the process from ending.
    const giveUp = new AbortController();
    const late = wait(withinMs, undefined, { signal: giveUp.signal });
    await Promise.race([tidied, late.catch(() => undefined)]);
    giveUp.abort();
    // It too gives up by then, and tells first what it has not ended.
    await ending;
  }

  async #disconnect(): Promise<void> {
    const { vendors, state } = this.#parts;
    await Promise.all([...Object.values(vendors).map((vendor) => vendor.close()), state.close()]);
  }
}

async function bind(
  server: Server,
  { host, port }: Pick<TokenServerConfig, 'host' | 'port'>,
): Promise<Bound> {
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
