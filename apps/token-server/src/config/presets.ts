import { requestCheck, type StandardSchema } from '@org/core';
import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { ConfigError } from './config-error.ts';
import { LONGEST_CAP_SECONDS } from './constants.ts';
import type { Accounts } from './environment.ts';
import { readYaml, type Problem } from './located-yaml.ts';
import { withCaps } from './preset-caps.ts';
import type { Caps, PresetRules } from './preset-rules.ts';
import { keyVariable, VENDOR_NAMES, type VendorName } from './vendor-names.ts';

/** What a caller may ask for by its name: everything about the session is decided here. */
export interface Preset {
  readonly name: string;
  readonly vendor: VendorName;
  readonly description: string | undefined;
  readonly caps: Caps;
  /** The vendor's request, caps included; the vendor package's own check has accepted it. */
  readonly request: object;
}

/** A preset as it is written. */
interface Written {
  vendor: VendorName;
  description?: string | undefined;
  caps: { maxSessionSeconds: number; idleSeconds?: number | undefined };
  request: Record<string, unknown>;
}

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

const seconds = z.int().check(z.gte(1), z.lte(LONGEST_CAP_SECONDS));

const fileCheck = requestCheck<{ presets: Record<string, unknown> }>()(
  z.strictObject({ presets: z.record(z.string(), z.unknown()) }),
);

const presetCheck = requestCheck<Written>()(
  z.strictObject({
    vendor: z.enum(VENDOR_NAMES),
    description: z.optional(z.string()),
    caps: z.strictObject({ maxSessionSeconds: seconds, idleSeconds: z.optional(seconds) }),
    request: z.record(z.string(), z.unknown()),
  }),
);

/** Reads the file of presets. Throws a {@link ConfigError} with file, line, column and path of every problem. */
export async function loadPresets(
  file: string,
  rules: Readonly<Record<VendorName, PresetRules>>,
  accounts: Accounts,
): Promise<readonly Preset[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ConfigError([
      `${file} cannot be read (${codeOf(error)}): name a file with --presets or PRESETS_FILE.`,
    ]);
  });
  const yaml = readYaml(file, text);
  if (yaml.problems.length > 0) throw new ConfigError(yaml.problems);
  const { presets, problems } = checkPresets(yaml.value, rules, accounts);
  if (problems.length > 0) throw new ConfigError(yaml.describe(problems));
  return presets;
}

interface Checked {
  readonly presets: readonly Preset[];
  readonly problems: readonly Problem[];
}

function checkPresets(
  value: unknown,
  rules: Readonly<Record<VendorName, PresetRules>>,
  accounts: Accounts,
): Checked {
  const file = validate(fileCheck, value, 'this file');
  if ('problems' in file) return { presets: [], problems: file.problems };
  const entries = Object.entries(file.value.presets);
  if (entries.length === 0) {
    return { presets: [], problems: [{ path: ['presets'], message: 'has no preset in it' }] };
  }
  const checked = entries.map(([name, entry]) => {
    const { preset, problems } = checkPreset(name, entry, rules, accounts);
    return {
      preset,
      problems: problems.map(({ path, message }) => ({ path: ['presets', name, ...path], message })),
    };
  });
  return {
    presets: checked.flatMap(({ preset }) => preset ?? []),
    problems: checked.flatMap(({ problems }) => problems),
  };
}

function checkPreset(
  name: string,
  entry: unknown,
  rules: Readonly<Record<VendorName, PresetRules>>,
  accounts: Accounts,
): { preset?: Preset; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  if (!NAME.test(name)) {
    problems.push({
      path: [],
      message: 'is no name for a preset: use up to 63 of a-z, 0-9 and "-", not "-" first',
    });
  }
  const written = validate(presetCheck, entry, 'a preset');
  if ('problems' in written) return { problems: [...problems, ...written.problems] };
  const { vendor, description } = written.value;
  const variable = keyVariable(vendor);
  if (accounts[vendor] === undefined) {
    problems.push({ path: ['vendor'], message: `is ${vendor}, and ${variable} is not set` });
  }
  const capped = withCaps(written.value, rules[vendor]);
  const { caps, request } = capped;
  const refused = validate(rules[vendor].request, request, 'this request');
  problems.push(...capped.problems);
  if ('problems' in refused) {
    problems.push(...refused.problems.map(({ path, message }) => ({ path: ['request', ...path], message })));
  }
  return { problems, preset: { name, vendor, description, caps, request } };
}

function validate<Value>(
  check: StandardSchema<Value>,
  value: unknown,
  what: string,
): { value: Value } | { problems: Problem[] } {
  const result = check['~standard'].validate(value);
  if (result.issues === undefined) return { value: result.value };
  return {
    problems: result.issues.map(({ path = [], message }) => ({
      path,
      // Core words its checks for requests; not all that is checked here is one.
      message: message.replace('field of this request', `field of ${what}`),
    })),
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}
