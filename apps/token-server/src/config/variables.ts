import { DEFAULT_DRAIN_WAIT_SECONDS, DEFAULT_PORT } from './constants.ts';
import type { BaseUrlVariable, KeyVariable } from './vendor-names.ts';

/** What a person should know of one environment variable. The operations page's table is made from these. */
export interface Variable {
  /** The command line's name for it, and what goes with that. */
  readonly flag?: string;
  readonly takes?: string;
  readonly fallback?: string;
  readonly meaning: string;
}

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export type CallerVariable =
  | 'JWKS_URL'
  | 'JWT_SECRET'
  | 'JWT_ISSUER'
  | 'JWT_AUDIENCE'
  | 'JWT_ALGORITHMS'
  | 'JWT_CLOCK_SKEW_SECONDS'
  | 'JWT_TENANT_CLAIM'
  | 'SERVICE_KEYS_FILE';

export type VariableName =
  | 'PORT'
  | 'HOST'
  | 'DEV'
  | 'PRESETS_FILE'
  | 'LOG_LEVEL'
  | CallerVariable
  | 'ALLOWED_ORIGINS'
  | 'TRUSTED_PROXIES'
  | 'REDIS_URL'
  | 'REDIS_PREFIX'
  | 'REDIS_DOWN'
  | 'STATE_SECRET'
  | 'METRICS_PORT'
  | 'METRICS_HOST'
  | 'OPENTELEMETRY'
  | 'DRAIN_WAIT_SECONDS'
  | 'REAP_UNKNOWN'
  | KeyVariable
  | BaseUrlVariable;

/** The environment variables that are read; everything else in the environment is left alone. */
export const VARIABLES: Readonly<Record<VariableName, Variable>> = {
  PORT: {
    flag: '--port',
    takes: 'number',
    fallback: String(DEFAULT_PORT),
    meaning: 'the port to listen on; 0 takes any free one',
  },
  HOST: { fallback: '127.0.0.1', meaning: 'the address to listen on; with `--dev` a loopback address' },
  DEV: {
    flag: '--dev',
    fallback: '0',
    meaning: 'for development: callers are not checked, so only this machine can call; 1 or 0',
  },
  PRESETS_FILE: {
    flag: '--presets',
    takes: 'file',
    fallback: './presets.yaml',
    meaning: 'where the presets and the limits are; read again when it changes',
  },
  LOG_LEVEL: { fallback: 'info', meaning: `the least severe level that is logged: ${LOG_LEVELS.join(', ')}` },
  JWKS_URL: { meaning: 'callers prove themselves by a JWT; here are the public keys of who issues it' },
  JWT_SECRET: { meaning: 'or: the key, of at least 32 bytes, that you share with who issues it' },
  JWT_ISSUER: { meaning: 'the `iss` that a JWT must have; required with either' },
  JWT_AUDIENCE: { meaning: 'the `aud` that a JWT must have; required with either' },
  JWT_ALGORITHMS: {
    meaning: 'the algorithms a JWT may be signed by; RS256,ES256,EdDSA if left out, with a shared key HS256',
  },
  JWT_CLOCK_SKEW_SECONDS: { fallback: '30', meaning: 'how far the issuer’s clock may be off; at most 300' },
  JWT_TENANT_CLAIM: { meaning: 'the claim that names the caller’s tenant; a JWT without it is refused' },
  SERVICE_KEYS_FILE: { meaning: 'where the service keys’ hashes are; read again when it changes' },
  ALLOWED_ORIGINS: {
    meaning:
      'the origins whose pages may call, such as `https://app.example.com`, with commas; none if left out',
  },
  TRUSTED_PROXIES: {
    meaning:
      'the networks of your own proxies, such as `10.0.0.0/8`, with commas: only they may say who calls',
  },
  REDIS_URL: { meaning: 'where replicas share what they remember; without it each has its own memory' },
  REDIS_PREFIX: { fallback: 'token-server', meaning: 'what the names of all keys in Redis begin with' },
  REDIS_DOWN: {
    fallback: 'refuse',
    meaning:
      'without Redis: `refuse` sessions, or go on with `local` limits, each replica its own; not with `REAP_UNKNOWN=stop`',
  },
  STATE_SECRET: {
    meaning:
      'at least 32 bytes, the same for all replicas: encrypts the answers kept for an Idempotency-Key; required with REDIS_URL',
  },
  METRICS_PORT: { meaning: 'where Prometheus finds `/metrics`; nowhere if left out, 0 takes any free port' },
  METRICS_HOST: { fallback: '127.0.0.1', meaning: 'the address of that port; keep it off the internet' },
  OPENTELEMETRY: {
    fallback: '0',
    meaning:
      'spans and durations of the calls to vendors, to the OpenTelemetry SDK that you load with `node --import`; 1 or 0',
  },
  DRAIN_WAIT_SECONDS: {
    meaning: `at the end, how long it still accepts while not ready, for the balancer to notice; ${DEFAULT_DRAIN_WAIT_SECONDS} if left out, 0 with \`--dev\`; at most 15`,
  },
  REAP_UNKNOWN: {
    fallback: 'report',
    meaning:
      'sessions that run at a vendor and that this server does not know: `report` them, or `stop` them, if nobody else uses the account',
  },
  SIMLI_API_KEY: { meaning: 'the key for presets of Simli' },
  ANAM_API_KEY: { meaning: 'the key for presets of Anam' },
  LIVEAVATAR_API_KEY: { meaning: 'the key for presets of LiveAvatar' },
  SIMLI_BASE_URL: { meaning: 'another address of Simli, such as the sandbox’s' },
  ANAM_BASE_URL: { meaning: 'another address of Anam' },
  LIVEAVATAR_BASE_URL: { meaning: 'another address of LiveAvatar' },
};
