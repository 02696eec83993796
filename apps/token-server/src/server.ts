import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Hooks } from '@org/core';
import pkg from '../package.json' with { type: 'json' };
import { Broker } from './broker/broker.ts';
import { Seal } from './broker/seal.ts';
import type { Watch } from './broker/watch.ts';
import { doChores } from './chores.ts';
import { uncheckedCallers } from './config/caller-check.ts';
import { ConfigError } from './config/config-error.ts';
import type { TokenServerConfig } from './config/config.ts';
import {
  DRAIN_MS,
  HEADERS_TIMEOUT_MS,
  KEEP_ALIVE_TIMEOUT_MS,
  LATE_REQUEST_CHECK_MS,
  LEAST_TIDY_MS,
  LOG_END_MS,
  REQUEST_TIMEOUT_MS,
  STATE_CONNECT_MS,
} from './config/constants.ts';
import { DEFAULT_LIMITS, NO_LIMITS } from './config/limits.ts';
import { secretsOf } from './config/secrets.ts';
import { createApp } from './http/app.ts';
import type { Callers } from './http/callers.ts';
import { doorFor, loopbackDoor } from './http/door.ts';
import type { KeysWatch } from './http/issuer-keys.ts';
import { JwtCallers } from './http/jwt-callers.ts';
import { ServiceKeyCallers } from './http/service-key-callers.ts';
import { Draining } from './ops/draining.ts';
import { logWatch } from './ops/journal.ts';
import { Metrics, MetricsServer } from './ops/metrics.ts';
import { createLogger, type Logger } from './ops/logger.ts';
import { LogOutput, type LogDestination } from './ops/log-output.ts';
import { reloadOnChange } from './reloading.ts';
import { openState } from './state/open.ts';
import type { State } from './state/state.ts';
import type { Vendors } from './vendors/vendor.ts';
import { openVendors } from './vendors/vendors.ts';

export interface TokenServer {
  /** Resolves once it accepts connections. Rejects with a {@link ConfigError} when it cannot listen there. */
  listen(): Promise<{ url: string; port: number }>;
  /** Answers what is under way, then ends: sockets within 25 seconds, sessions and the log within 3 more, whatever happens. */
  close(): Promise<void>;
}

/**
 * Makes the server; it logs to stdout unless told otherwise, and tells `hooks` of its calls to vendors. Throws a
 * {@link ConfigError} for a configuration that it cannot or must not run with.
 */
export function createTokenServer(
  config: TokenServerConfig,
  { logTo, hooks }: { readonly logTo?: LogDestination; readonly hooks?: Hooks | undefined } = {},
): TokenServer {
  const unchecked = uncheckedCallers(config);
  if (unchecked.length > 0) throw new ConfigError(unchecked);
  const tellOfLost = (lost: number): void => {
    logger.warn({ lost }, 'lines of the log were lost');
  };
  const output: LogDestination = logTo ?? new LogOutput(process.stdout, tellOfLost);
  const logger = createLogger(config.logLevel, secretsOf(config), output);
  const vendors = openVendors(config.accounts, hooks);
  const state = stateFor(config, logger);
  const opened = Object.values(vendors);
  const metrics =
    config.metrics === undefined
      ? undefined
      : new Metrics(
          () => state.health(),
          opened,
          () => output.lost ?? 0,
        );
  const metricsServer = metrics === undefined ? undefined : new MetricsServer(metrics);
  const log = logWatch(logger);
  const watch = metrics?.watch(log) ?? log;
  const broker = brokerFor(config, { vendors, state, watch });
  const callers = callersFor(config, logger);
  const server = createServer({
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: LATE_REQUEST_CHECK_MS,
  });
  const draining = new Draining(server);
  const door = config.dev ? loopbackDoor : doorFor(config.origins ?? []);
  const { trustedProxies = [] } = config;
  const isDraining = (): boolean => draining.begun;
  const { version } = pkg;
  const app = { broker, logger, isDraining, callers, door, trustedProxies, metrics, version };
  server.on('request', createApp(app));
  let stopReloading = (): void => undefined;
  let stopChores = (): Promise<void> => Promise.resolve();
  const disconnect = async (): Promise<void> => {
    await Promise.all([...Object.values(vendors).map((vendor) => vendor.close()), state.close()]);
  };
  const open = async (): Promise<{ url: string; port: number }> => {
    // First: what is changed while it waits for Redis counts too.
    stopReloading = reloadOnChange(config, { broker, keys: callers.keys, logger });
    if (config.metrics !== undefined && metricsServer !== undefined) {
      const port = await metricsServer.listen(config.metrics);
      logger.info({ port }, 'metrics');
    }
    // Whoever finds the server listening finds it able to answer.
    if (!(await state.connected(STATE_CONNECT_MS))) logger.error('Redis cannot be used: started without');
    const bound = await listen(server, config);
    if (config.dev) {
      logger.warn(
        'development mode: callers are not checked; every program and local page on this machine can mint',
      );
    }
    stopChores = doChores(broker, { watch, state });
    logger.info({ url: bound.url }, 'listening');
    return bound;
  };
  return {
    listen: () =>
      open().catch(async (error: unknown) => {
        // What stays open would keep the process alive, and whoever restarts it would not know.
        stopReloading();
        metricsServer?.close();
        await disconnect();
        throw error;
      }),
    close: async () => {
      logger.info('draining');
      const until = performance.now() + DRAIN_MS;
      draining.begin();
      if (server.listening) await wait(config.drainWaitMs ?? 0);
      await draining.drain(until - performance.now());
      stopReloading();
      const leftMs = until - performance.now() + LEAST_TIDY_MS;
      // A start whose caller has left goes on without one, and only then can its session be ended.
      const ending = broker.endOwn(leftMs, broker.settled());
      const tidy = async (): Promise<void> => {
        await Promise.all([stopChores(), ending]);
        await disconnect();
      };
      // A vendor that hangs now must not keep the process from ending.
      const giveUp = new AbortController();
      const late = wait(leftMs, undefined, { signal: giveUp.signal });
      await Promise.race([tidy(), late.catch(() => undefined)]);
      giveUp.abort();
      // It too gives up by then, and tells first what it has not ended.
      await ending;
      metricsServer?.close();
      logger.info('closed');
      await output.settle?.(LOG_END_MS);
    },
  };
}

function stateFor({ redis }: TokenServerConfig, logger: Logger): State {
  const settings = redis === undefined ? undefined : { ...redis, url: redis.url.reveal() };
  const without = redis?.whenDown === 'local' ? 'limits are this replica’s own' : 'requests are refused';
  return openState(settings, (why) => {
    if (why === undefined) logger.warn('Redis is back');
    else logger.error({ why }, `Redis cannot be used: ${without}`);
  });
}

function brokerFor(
  config: TokenServerConfig,
  { vendors, state, watch }: { vendors: Vendors; state: State; watch: Watch },
): Broker {
  const { presets, dev, limits = dev ? NO_LIMITS : DEFAULT_LIMITS, killSwitch = new Set() } = config;
  const seal = new Seal(config.stateSecret?.reveal());
  const { reapUnknown = 'report' } = config;
  const policy = { presets, limits, killSwitch };
  return new Broker({ policy, vendors, state, watch, seal, reapUnknown });
}

function callersFor(
  { callers: { jwt, serviceKeysFile } = {}, serviceKeys = [] }: TokenServerConfig,
  logger: Logger,
): Callers {
  const watchKeys: KeysWatch = (there, error) => {
    if (there) logger.warn('the issuer’s keys can be had again');
    else logger.error({ error }, 'the issuer’s keys cannot be had: the last ones go on for an hour at most');
  };
  return {
    jwt: jwt === undefined ? undefined : new JwtCallers(jwt, watchKeys),
    keys: serviceKeysFile === undefined ? undefined : new ServiceKeyCallers(serviceKeys),
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
