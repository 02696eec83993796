import { uncheckedCallers } from './caller-check.ts';
import { ConfigError } from './config-error.ts';
import { readEnvironment, type Accounts, type LogLevel, type VariableName } from './environment.ts';
import type { PresetRules } from './preset-rules.ts';
import { loadPresets, type Preset } from './presets.ts';
import type { VendorName } from './vendor-names.ts';

/** All that the server needs to know, read and checked. */
export interface TokenServerConfig {
  readonly host: string;
  readonly port: number;
  /** Callers are not checked; only this machine may call. */
  readonly dev: boolean;
  readonly logLevel: LogLevel;
  readonly accounts: Accounts;
  readonly presets: readonly Preset[];
}

/** Reads environment and presets. Throws a {@link ConfigError} that holds every problem. */
export async function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  overrides: Readonly<Partial<Record<VariableName, string>>>,
  rules: Readonly<Record<VendorName, PresetRules>>,
): Promise<TokenServerConfig> {
  const read = readEnvironment({ ...environment, ...overrides });
  const problems = 'problems' in read ? read.problems : uncheckedCallers(read);
  if ('problems' in read || problems.length > 0) throw new ConfigError(problems);
  const { presetsFile, ...settings } = read;
  return { ...settings, presets: await loadPresets(presetsFile, rules, settings.accounts) };
}
