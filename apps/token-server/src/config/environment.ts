import { Secret } from '@org/core';
import { BlockList, isIP } from 'node:net';
import * as z from 'zod';
import { callerSettings, type CallerSettings } from './caller-settings.ts';
import { DEFAULT_DRAIN_WAIT_SECONDS, LEAST_NETWORK_BITS } from './constants.ts';
import { isRedisUrl } from './redis-url.ts';
import { LOG_LEVELS, VARIABLES, type LogLevel, type VariableName } from './variables.ts';
import { baseUrlVariable, keyVariable, VENDOR_NAMES, type VendorName } from './vendor-names.ts';

export type { LogLevel, VariableName } from './variables.ts';

const FALLBACKS = Object.fromEntries(
  Object.entries(VARIABLES).flatMap(([name, { fallback }]) =>
    fallback === undefined ? [] : [[name, fallback]],
  ),
);

/** How one vendor is reached. */
export interface Account {
  readonly apiKey: Secret;
  readonly baseUrl: string | undefined;
}

/** The vendors whose key is known. */
export type Accounts = Readonly<Partial<Record<VendorName, Account>>>;

/** Where replicas share what they remember. */
export interface RedisSettings {
  readonly url: Secret;
  readonly prefix: string;
  readonly whenDown: 'refuse' | 'local';
}

/** What the environment says, checked. */
export interface Environment {
  readonly port: number;
  readonly host: string;
  readonly dev: boolean;
  readonly presetsFile: string;
  readonly logLevel: LogLevel;
  readonly accounts: Accounts;
  readonly callers: CallerSettings | undefined;
  readonly origins: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly redis: RedisSettings | undefined;
  readonly stateSecret: Secret | undefined;
  readonly metrics: { readonly host: string; readonly port: number } | undefined;
  readonly openTelemetry: boolean;
  readonly drainWaitMs: number;
  readonly reapUnknown: 'report' | 'stop';
}

const port = z
  .string()
  .refine(
    (text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535,
    'must be a whole number from 0 to 65535',
  )
  .transform(Number);
const onOff = z
  .enum(['1', 'true', '0', 'false'], 'must be 1 or 0')
  .transform((text) => text === '1' || text === 'true');
const secret = z.string().transform((text) => new Secret(text));
// How quotes are read differs by what reads the file: replicas would differ in what they sign and whom they trust.
const bare = z
  .string()
  .refine((text) => text === text.trim(), 'has spaces or line breaks around it: leave them out')
  .refine((text) => !/^(["'`]).*\1$/s.test(text), 'has quotes around it: leave them out');
const longSecret = bare
  .refine((text) => Buffer.byteLength(text) >= 32, 'must have at least 32 bytes, from a random source')
  .transform((text) => new Secret(text))
  .optional();
const key = secret.optional();
// What else an address must be (https, no query) is the client's to say, which knows why.
const baseUrl = z
  .url({ protocol: /^https?$/, error: 'must be a URL, such as https://api.example.com' })
  .optional();
const seconds = (most: number): z.ZodType<number, string> =>
  z
    .string()
    .refine(
      (text) => /^\d{1,5}$/.test(text) && Number(text) <= most,
      `must be a whole number of seconds from 0 to ${most}`,
    )
    .transform(Number);
const list = (isOne: (text: string) => boolean, rule: string): z.ZodType<string[], string> =>
  z
    .string()
    .transform((text) => text.split(',').map((item) => item.trim()))
    .refine((items) => items.every(isOne), rule);

const schema = z.object({
  PORT: port,
  HOST: z.string(),
  DEV: onOff,
  PRESETS_FILE: z.string(),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`),
  JWKS_URL: baseUrl,
  JWT_SECRET: longSecret,
  JWT_ISSUER: bare.optional(),
  JWT_AUDIENCE: bare.optional(),
  JWT_ALGORITHMS: list((text) => /^\w+$/.test(text), 'must be names with commas, such as RS256').optional(),
  JWT_CLOCK_SKEW_SECONDS: seconds(300),
  JWT_TENANT_CLAIM: z.string().optional(),
  SERVICE_KEYS_FILE: z.string().optional(),
  ALLOWED_ORIGINS: list(
    isOrigin,
    'must be origins with commas, such as https://app.example.com, without a path',
  ).optional(),
  TRUSTED_PROXIES: list(
    isNetwork,
    'must be networks with commas, such as 10.0.0.0/8 or fd00::/8, and no IPv4 written as IPv6',
  )
    .refine(
      (networks) => !networks.some(isAlmostEverywhere),
      `must name your own proxies, such as 10.0.0.0/8: with a network of fewer than ${LEAST_NETWORK_BITS} bits, strangers could choose their address`,
    )
    .optional(),
  REDIS_URL: z
    .string()
    .refine(
      isRedisUrl,
      'must be a URL that begins with redis:// or rediss:// and ends with the host, the port or the number of a database, such as rediss://user:password@host:6379/0: no blank, no quotes, no "?" and no "#"; in a password "%" is written as %25, "?" as %3F, "#" as %23, "/" as %2F',
    )
    .transform((text) => new Secret(text))
    .optional(),
  REDIS_PREFIX: z.string().regex(/^[\w.-]{1,64}$/, 'must be up to 64 of letters, digits, "_", "." and "-"'),
  REDIS_DOWN: z.enum(['refuse', 'local'], 'must be refuse or local'),
  STATE_SECRET: longSecret,
  METRICS_PORT: port.optional(),
  METRICS_HOST: z.string(),
  OPENTELEMETRY: onOff,
  DRAIN_WAIT_SECONDS: seconds(15).optional(),
  REAP_UNKNOWN: z.enum(['report', 'stop'], 'must be report or stop'),
  SIMLI_API_KEY: key,
  ANAM_API_KEY: key,
  LIVEAVATAR_API_KEY: key,
  SIMLI_BASE_URL: baseUrl,
  ANAM_BASE_URL: baseUrl,
  LIVEAVATAR_BASE_URL: baseUrl,
} satisfies Record<VariableName, z.ZodType>);

/** Reads the environment: what it says, or what is wrong with it, a sentence for each variable and no values. */
export function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Environment | { readonly problems: readonly string[] } {
  // A variable that is set to nothing is how `.env` files and compose files leave one out.
  const given = Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== '');
  const { success, data, error } = schema.safeParse({ ...FALLBACKS, ...Object.fromEntries(given) });
  if (!success) {
    const wrong = new Set(error.issues.map(({ path }) => path[0]));
    // What the others say together is checked without these, whose absence is then no problem.
    const others = readEnvironment(Object.fromEntries(given.filter(([name]) => !wrong.has(name))));
    const more = 'problems' in others ? others.problems : [];
    return {
      problems: [
        ...error.issues.map(({ path, message }) => `${nameOf(path[0])} ${message}.`),
        ...more.filter((problem) => !wrong.has(problem.split(' ')[0] ?? '')),
      ],
    };
  }
  const { callers, problems } = callerSettings(data);
  if (data.REDIS_URL !== undefined && data.STATE_SECRET === undefined) {
    problems.push(
      'STATE_SECRET is required with REDIS_URL: replicas must be able to read each other’s answers.',
    );
  }
  if (data.REDIS_URL !== undefined && data.REDIS_DOWN === 'local' && data.REAP_UNKNOWN === 'stop') {
    problems.push(
      'REDIS_DOWN=local and REAP_UNKNOWN=stop exclude each other: what one replica grants while it does not see Redis is unknown to the others, which would stop it.',
    );
  }
  if (problems.length > 0) return { problems };
  return {
    port: data.PORT,
    host: data.HOST,
    dev: data.DEV,
    presetsFile: data.PRESETS_FILE,
    logLevel: data.LOG_LEVEL,
    accounts: accountsIn(data),
    callers,
    origins: data.ALLOWED_ORIGINS ?? [],
    trustedProxies: data.TRUSTED_PROXIES ?? [],
    redis: redisIn(data),
    stateSecret: data.STATE_SECRET,
    metrics:
      data.METRICS_PORT === undefined ? undefined : { host: data.METRICS_HOST, port: data.METRICS_PORT },
    openTelemetry: data.OPENTELEMETRY,
    drainWaitMs: (data.DRAIN_WAIT_SECONDS ?? (data.DEV ? 0 : DEFAULT_DRAIN_WAIT_SECONDS)) * 1_000,
    reapUnknown: data.REAP_UNKNOWN,
  };
}

function nameOf(variable: unknown): string {
  const flag = VARIABLES[variable as VariableName].flag;
  return flag === undefined ? String(variable) : `${String(variable)} (${flag})`;
}

function accountsIn(data: z.output<typeof schema>): Accounts {
  const accounts: Partial<Record<VendorName, Account>> = {};
  for (const vendor of VENDOR_NAMES) {
    const apiKey = data[keyVariable(vendor)];
    if (apiKey !== undefined) accounts[vendor] = { apiKey, baseUrl: data[baseUrlVariable(vendor)] };
  }
  return accounts;
}

function redisIn({
  REDIS_URL: url,
  REDIS_PREFIX: prefix,
  REDIS_DOWN: whenDown,
}: z.output<typeof schema>): RedisSettings | undefined {
  return url === undefined ? undefined : { url, prefix, whenDown };
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text);
}

function isAlmostEverywhere(network: string): boolean {
  const [, bits] = network.split('/');
  return bits !== undefined && Number(bits) < LEAST_NETWORK_BITS;
}

/** Where IPv6 has the addresses of IPv4: another spelling, by which a network looks smaller than it is. */
const MAPPED = new BlockList();
MAPPED.addSubnet('::ffff:0:0', 96, 'ipv6');

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return false;
  if (family === 6 && MAPPED.check(address, 'ipv6')) return false;
  try {
    new BlockList().addSubnet(address, Number(bits ?? 32), family === 6 ? 'ipv6' : 'ipv4');
    return true;
  } catch {
    return false;
  }
}
