import { createServer, type Server } from 'node:http';
import type { Hooks } from '@org/core';
import pkg from '../package.json' with { type: 'json' };
import { Broker } from './broker/broker.ts';
import { Seal } from './broker/seal.ts';
import type { Watch } from './broker/watch.ts';
import type { TokenServerConfig } from './config/config.ts';
import {
  HEADERS_TIMEOUT_MS,
  KEEP_ALIVE_TIMEOUT_MS,
  LATE_REQUEST_CHECK_MS,
  REQUEST_TIMEOUT_MS,
} from './config/constants.ts';
import { DEFAULT_LIMITS, NO_LIMITS } from './config/limits.ts';
import { secretsOf } from './config/secrets.ts';
import { createApp } from './http/app.ts';
import type { Callers } from './http/callers.ts';
import { doorFor, loopbackDoor } from './http/door.ts';
import type { KeysWatch } from './http/issuer-keys.ts';
import { JwtCallers } from './http/jwt-callers.ts';
import { oneAtATime } from './http/one-at-a-time.ts';
import { ServiceKeyCallers } from './http/service-key-callers.ts';
import { Draining } from './ops/draining.ts';
import { logWatch } from './ops/log-watch.ts';
import { Metrics, MetricsServer } from './ops/metrics.ts';
import { createLogger, type Logger } from './ops/logger.ts';
import { LogOutput, type LogDestination } from './ops/log-output.ts';
import { openState } from './state/open.ts';
import type { State } from './state/state.ts';
import type { Vendors } from './vendors/vendor.ts';
import { openVendors } from './vendors/vendors.ts';

/** Where the log goes, stdout unless it says otherwise, and who is told of calls to vendors. */
export interface Outlets {
  readonly logTo?: LogDestination;
  readonly hooks?: Hooks | undefined;
}

/** What a server is made of, wired, before it listens anywhere. */
export interface Parts {
  readonly output: LogDestination;
  readonly logger: Logger;
  readonly watch: Watch;
  readonly vendors: Vendors;
  readonly state: State;
  readonly broker: Broker;
  readonly callers: Callers;
  readonly server: Server;
  readonly draining: Draining;
  readonly metricsServer: MetricsServer | undefined;
}

/** Makes the parts and wires them. Throws a `ConfigError` for an account that cannot work. */
export function assemble(config: TokenServerConfig, { logTo, hooks }: Outlets): Parts {
  const tellOfLost = (lost: number): void => {
    logger.warn({ lost }, 'lines of the log were lost');
  };
  const output: LogDestination = logTo ?? new LogOutput(process.stdout, tellOfLost);
  const logger = createLogger(config.logLevel, secretsOf(config), output);
  const vendors = openVendors(config.accounts, hooks);
  const state = stateFor(config, logger);
  const metrics =
    config.metrics === undefined
      ? undefined
      : new Metrics(
          () => state.health(),
          Object.values(vendors),
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
  const app = createApp({ broker, logger, isDraining, callers, door, trustedProxies, metrics, version });
  server.on(
    'request',
    oneAtATime((request, response) => {
      draining.note(response);
      app(request, response);
    }),
  );
  return { output, logger, watch, vendors, state, broker, callers, server, draining, metricsServer };
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
  { vendors, state, watch }: Pick<Parts, 'vendors' | 'state' | 'watch'>,
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
