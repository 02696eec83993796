import { Secret } from '@org/core';
import * as z from 'zod';
import { DEFAULT_PORT } from './constants.ts';
import {
  baseUrlVariable,
  keyVariable,
  VENDOR_NAMES,
  type BaseUrlVariable,
  type KeyVariable,
  type VendorName,
} from './vendor-names.ts';

/** What a person should know of one environment variable. The README's table is made from these. */
export interface Variable {
  /** The command line's name for it, and what goes with that. */
  readonly flag?: string;
  readonly takes?: string;
  readonly fallback?: string;
  readonly meaning: string;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export type VariableName =
  'PORT' | 'HOST' | 'DEV' | 'PRESETS_FILE' | 'LOG_LEVEL' | KeyVariable | BaseUrlVariable;

/** The environment variables that are read; everything else in the environment is left alone. */
export const VARIABLES: Readonly<Record<VariableName, Variable>> = {
  PORT: {
    flag: '--port',
    takes: 'number',
    fallback: String(DEFAULT_PORT),
    meaning: 'the port to listen on; 0 takes any free one',
  },
  HOST: { fallback: '127.0.0.1', meaning: 'the address to listen on; a loopback address' },
  DEV: {
    flag: '--dev',
    fallback: '0',
    meaning: 'for development: callers are not checked, so only this machine can call; 1 or 0',
  },
  PRESETS_FILE: {
    flag: '--presets',
    takes: 'file',
    fallback: './presets.yaml',
    meaning: 'where the presets are',
  },
  LOG_LEVEL: { fallback: 'info', meaning: `the least severe level that is logged: ${LOG_LEVELS.join(', ')}` },
  SIMLI_API_KEY: { meaning: 'the key for presets of Simli' },
  ANAM_API_KEY: { meaning: 'the key for presets of Anam' },
  LIVEAVATAR_API_KEY: { meaning: 'the key for presets of LiveAvatar' },
  SIMLI_BASE_URL: { meaning: 'another address of Simli, such as the sandbox’s' },
  ANAM_BASE_URL: { meaning: 'another address of Anam' },
  LIVEAVATAR_BASE_URL: { meaning: 'another address of LiveAvatar' },
};

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

/** What the environment says, checked. */
export interface Environment {
  readonly port: number;
  readonly host: string;
  readonly dev: boolean;
  readonly presetsFile: string;
  readonly logLevel: LogLevel;
  readonly accounts: Accounts;
}

const port = z
  .string()
  .refine(
    (text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535,
    'must be a whole number from 0 to 65535',
  )
  .transform(Number);
const flag = z
  .enum(['1', 'true', '0', 'false'], 'must be 1 or 0')
  .transform((text) => text === '1' || text === 'true');
const key = z
  .string()
  .transform((text) => new Secret(text))
  .optional();
// What else an address must be (https, no query) is the client's to say, which knows why.
const baseUrl = z
  .url({ protocol: /^https?$/, error: 'must be a URL, such as https://api.example.com' })
  .optional();

const schema = z.object({
  PORT: port,
  HOST: z.string(),
  DEV: flag,
  PRESETS_FILE: z.string(),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`),
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
  if (!success)
    return { problems: error.issues.map(({ path, message }) => `${nameOf(path[0])} ${message}.`) };
  return {
    port: data.PORT,
    host: data.HOST,
    dev: data.DEV,
    presetsFile: data.PRESETS_FILE,
    logLevel: data.LOG_LEVEL,
    accounts: accountsIn(data),
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
