import { uncheckedCallers } from './caller-check.ts';
import type { CallerSettings } from './caller-settings.ts';
import { ConfigError } from './config-error.ts';
import {
  readEnvironment,
  type Accounts,
  type LogLevel,
  type RedisSettings,
  type VariableName,
} from './environment.ts';
import { DEFAULT_LIMITS, NO_LIMITS, type KillSwitch, type Limits } from './limits.ts';
import type { Secret } from '@org/core';
import type { PresetRules } from './preset-rules.ts';
import { loadPolicy, type Policy, type Preset } from './presets.ts';
import { loadServiceKeys, type ServiceKey } from './service-keys.ts';
import type { SettingsFile } from './settings-file.ts';
import type { VendorName } from './vendor-names.ts';

/** All that the server needs to know, read and checked. What may be left out is then as for development. */
export interface TokenServerConfig {
  readonly host: string;
  readonly port: number;
  /** Callers are not checked; only this machine may call. */
  readonly dev: boolean;
  readonly logLevel: LogLevel;
  readonly accounts: Accounts;
  readonly presets: readonly Preset[];
  readonly limits?: Limits;
  readonly killSwitch?: KillSwitch;
  readonly callers?: CallerSettings | undefined;
  readonly serviceKeys?: readonly ServiceKey[];
  readonly origins?: readonly string[];
  readonly trustedProxies?: readonly string[];
  readonly redis?: RedisSettings | undefined;
  readonly stateSecret?: Secret | undefined;
  readonly metrics?: { readonly host: string; readonly port: number } | undefined;
  /** Whether calls to vendors are told to OpenTelemetry. */
  readonly openTelemetry?: boolean;
  readonly drainWaitMs?: number;
  readonly reapUnknown?: 'report' | 'stop';
  /** The files that may change while the server runs. */
  readonly reload?: {
    readonly presets: SettingsFile<Policy>;
    readonly serviceKeys?: SettingsFile<readonly ServiceKey[]> | undefined;
  };
}

/** Reads environment, then presets and service keys. Rejects with a {@link ConfigError} of as many problems as can be told. */
export async function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  overrides: Readonly<Partial<Record<VariableName, string>>>,
  rules: Readonly<Record<VendorName, PresetRules>>,
): Promise<TokenServerConfig> {
  const read = readEnvironment({ ...environment, ...overrides });
  const problems = 'problems' in read ? read.problems : uncheckedCallers(read);
  if ('problems' in read || problems.length > 0) throw new ConfigError(problems);
  const { presetsFile, ...settings } = read;
  const { accounts, dev, callers } = settings;
  const keysFile = callers?.serviceKeysFile;
  const [presets, serviceKeys] = await bothOr(
    loadPolicy(presetsFile, rules, accounts, dev ? NO_LIMITS : DEFAULT_LIMITS),
    keysFile === undefined ? undefined : loadServiceKeys(keysFile),
  );
  return {
    ...settings,
    ...presets.value,
    serviceKeys: serviceKeys?.value ?? [],
    reload: { presets, serviceKeys },
  };
}

/** Both, or what is wrong with either. */
async function bothOr<One, Other>(
  one: Promise<One>,
  other: Promise<Other> | undefined,
): Promise<[One, Other | undefined]> {
  const settled = await Promise.allSettled([one, other]);
  const reasons = settled.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  if (reasons.length > 0 && reasons.every((reason) => reason instanceof ConfigError)) {
    throw new ConfigError(reasons.flatMap(({ problems }) => problems));
  }
  return Promise.all([one, other]);
}
