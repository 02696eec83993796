import { requestCheck } from '@org/core';
import * as z from 'zod/mini';
import { ConfigError } from './config-error.ts';
import { HEARTBEAT_SECONDS, LONGEST_CAP_SECONDS, LONGEST_KEPT_ALIVE_SILENCE_SECONDS } from './constants.ts';
import type { Accounts } from './environment.ts';
import {
  killSwitchOf,
  limitsOf,
  limitsSchema,
  NO_LIMITS,
  type KillSwitch,
  type Limits,
  type WrittenLimits,
} from './limits.ts';
import { formatPath, readYaml, type LocatedYaml, type LocatedProblem } from './located-yaml.ts';
import { override, overridesAstray, readOverrides, type OverrideChecks } from './overrides.ts';
import { isRecord, withCaps } from './preset-caps.ts';
import type { Caps, PresetRules } from './preset-rules.ts';
import { readSettingsFile, type SettingsFile } from './settings-file.ts';
import { validate } from './validate.ts';
import { keyVariable, VENDOR_NAMES, type VendorName } from './vendor-names.ts';

/** What a caller may ask for by its name: everything about the session is decided here. */
export interface Preset {
  readonly name: string;
  readonly vendor: VendorName;
  readonly description: string | undefined;
  readonly caps: Caps;
  /** The vendor's request, caps included; the vendor package's own check has accepted it. */
  readonly request: object;
  /** What a caller's proof must allow. */
  readonly scopes?: readonly string[];
  /** How many may be open at once. */
  readonly sessions?: number | undefined;
  /** The longest silence of a page, in seconds, after which its session is ended; absent: only once it has spoken. */
  readonly heartbeatSeconds?: number | undefined;
  /** The server starts the session, and the page joins it. */
  readonly start?: boolean;
  /** A page's word that its session is over is believed also where nobody can check it, and so is its silence. */
  readonly trustPages?: boolean;
  /** Presets to grant instead while this one's vendor cannot be had, in this order. */
  readonly fallback?: readonly string[];
  /** Grants that are kept ready. */
  readonly warm?: number | undefined;
  /** The request with what a caller may change; absent when a caller may change nothing. */
  readonly override?: (
    given: Readonly<Record<string, unknown>>,
  ) => { readonly request: object } | { readonly problems: readonly string[] };
}

/** All that the file of presets says. */
export interface Policy {
  readonly presets: readonly Preset[];
  readonly limits: Limits;
  readonly killSwitch: KillSwitch;
}

/** A preset as it is written. */
interface Written {
  vendor: VendorName;
  description?: string | undefined;
  scopes?: string[] | undefined;
  caps: {
    maxSessionSeconds: number;
    idleSeconds?: number | undefined;
    heartbeatSeconds?: number | undefined;
  };
  sessions?: number | undefined;
  start?: boolean | undefined;
  trustPages?: boolean | undefined;
  fallback?: string[] | undefined;
  warm?: number | undefined;
  overrides?: Record<string, unknown> | undefined;
  request: Record<string, unknown>;
}

interface WrittenFile {
  presets: Record<string, unknown>;
  limits?: WrittenLimits | undefined;
  killSwitch?: unknown;
}

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

const seconds = z.int().check(z.gte(1), z.lte(LONGEST_CAP_SECONDS));

const scope = z
  .string()
  .check(
    z.regex(/^[\x21-\x7e]+$/, 'must be one scope, of ASCII without blanks: give each as an item of the list'),
  );

const fileCheck = requestCheck<WrittenFile>()(
  z.strictObject({
    presets: z.record(z.string(), z.unknown()),
    limits: z.optional(limitsSchema),
    killSwitch: z.optional(z.unknown()),
  }),
);

const presetCheck = requestCheck<Written>()(
  z.strictObject({
    vendor: z.enum(VENDOR_NAMES),
    description: z.optional(z.string()),
    scopes: z.optional(z.array(scope)),
    caps: z.strictObject({
      maxSessionSeconds: seconds,
      idleSeconds: z.optional(seconds),
      heartbeatSeconds: z.optional(z.int().check(z.gte(5), z.lte(3_600))),
    }),
    sessions: z.optional(z.int().check(z.gte(0), z.lte(1_000_000))),
    start: z.optional(z.boolean()),
    trustPages: z.optional(z.boolean()),
    fallback: z.optional(z.array(z.string())),
    warm: z.optional(z.int().check(z.gte(0), z.lte(100))),
    overrides: z.optional(z.record(z.string(), z.unknown())),
    request: z.record(z.string(), z.unknown()),
  }),
);

/** The presets of a file alone. */
export async function loadPresets(
  file: string,
  rules: Readonly<Record<VendorName, PresetRules>>,
  accounts: Accounts,
): Promise<readonly Preset[]> {
  return (await loadPolicy(file, rules, accounts, NO_LIMITS)).value.presets;
}

/** Reads the file of presets. Rejects with a {@link ConfigError} with file, line, column and path of every problem. */
export function loadPolicy(
  file: string,
  rules: Readonly<Record<VendorName, PresetRules>>,
  accounts: Accounts,
  unwritten: Limits,
): Promise<SettingsFile<Policy>> {
  return readSettingsFile(file, '--presets or PRESETS_FILE', (text) =>
    policyIn(readYaml(file, text), rules, accounts, unwritten),
  );
}

function policyIn(
  yaml: LocatedYaml,
  rules: Readonly<Record<VendorName, PresetRules>>,
  accounts: Accounts,
  unwritten: Limits,
): Policy {
  if (yaml.problems.length > 0) throw new ConfigError(yaml.problems);
  const { presets, killSwitch, ...checked } = checkFile(yaml.value, rules, accounts);
  const limits = limitsOf(checked.limits, unwritten);
  const problems = [...checked.problems, ...capsOutOfReach(presets, limits)];
  if (problems.length > 0) throw new ConfigError(yaml.describe(problems));
  return { presets, limits, killSwitch };
}

interface Checked {
  readonly presets: readonly Preset[];
  readonly limits?: WrittenLimits | undefined;
  readonly killSwitch: KillSwitch;
  readonly problems: readonly LocatedProblem[];
}

function checkFile(
  value: unknown,
  rules: Readonly<Record<VendorName, PresetRules>>,
  accounts: Accounts,
): Checked {
  const file = validate(fileCheck, value, 'this file');
  const killSwitch: KillSwitch = new Set();
  if ('problems' in file) {
    // What is wrong beside the presets hides nothing in them.
    const inside = checkPresets(recordIn(value, 'presets') ?? {}, rules, accounts);
    return { presets: [], killSwitch, problems: [...file.problems, ...inside.problems] };
  }
  if (Object.keys(file.value.presets).length === 0) {
    return { presets: [], killSwitch, problems: [{ path: ['presets'], message: 'has no preset in it' }] };
  }
  const switched = killSwitchOf(file.value.killSwitch);
  const { presets, problems } = checkPresets(file.value.presets, rules, accounts);
  return {
    presets,
    limits: file.value.limits,
    killSwitch: 'path' in switched ? killSwitch : switched,
    problems: [
      ...('path' in switched ? [switched] : []),
      ...problems,
      ...fallbacksAstray(Object.keys(file.value.presets), presets),
    ],
  };
}

function checkPresets(
  entries: Readonly<Record<string, unknown>>,
  rules: Readonly<Record<VendorName, PresetRules>>,
  accounts: Accounts,
): Pick<Checked, 'presets' | 'problems'> {
  const checked = Object.entries(entries).map(([name, entry]) => {
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

function recordIn(value: unknown, field: string): Record<string, unknown> | undefined {
  const inside: unknown = isRecord(value) ? value[field] : undefined;
  return isRecord(inside) ? inside : undefined;
}

/** A session takes its whole cap from its caller's day, so nobody could ever have one of these. */
function capsOutOfReach(
  presets: readonly Preset[],
  { minutesPerCallerAndDay }: Limits,
): readonly LocatedProblem[] {
  if (minutesPerCallerAndDay === undefined) return [];
  return presets
    .filter(({ caps }) => caps.maxSessionSeconds > minutesPerCallerAndDay * 60)
    .map(({ name }) => ({
      path: ['presets', name, 'caps', 'maxSessionSeconds'],
      message: `is more than limits.minutesPerCallerAndDay, ${minutesPerCallerAndDay} minutes: lower the one or raise the other, or nobody can have a session`,
    }));
}

/** What is wrong with the presets that others name. */
function fallbacksAstray(written: readonly string[], presets: readonly Preset[]): readonly LocatedProblem[] {
  const names = new Set(written);
  return presets.flatMap(({ name, fallback = [] }) =>
    fallback.flatMap((other, at) =>
      names.has(other) && other !== name
        ? []
        : [{ path: ['presets', name, 'fallback', at], message: 'is not another preset of this file' }],
    ),
  );
}

function checkPreset(
  name: string,
  entry: unknown,
  rules: Readonly<Record<VendorName, PresetRules>>,
  accounts: Accounts,
): { preset?: Preset; problems: readonly LocatedProblem[] } {
  const problems: LocatedProblem[] = [];
  if (!NAME.test(name)) {
    problems.push({
      path: [],
      message: 'is no name for a preset: use up to 63 of a-z, 0-9 and "-", not "-" first',
    });
  }
  const written = validate(presetCheck, entry, 'a preset');
  if ('problems' in written) {
    return { problems: [...problems, ...written.problems, ...requestProblems(entry, rules)] };
  }
  const { vendor } = written.value;
  const variable = keyVariable(vendor);
  if (accounts[vendor] === undefined) {
    problems.push({ path: ['vendor'], message: `is ${vendor}, and ${variable} is not set` });
  }
  const capped = withCaps(written.value, rules[vendor]);
  const { request } = capped;
  problems.push(...capped.problems, ...requestProblems({ vendor, request }, rules));
  if (written.value.start === true && rules[vendor].canStart !== true) {
    problems.push({ path: ['start'], message: 'is not for this vendor: only its page can start a session' });
  }
  const { heartbeatSeconds = 0 } = written.value.caps;
  if (heartbeatSeconds > LONGEST_KEPT_ALIVE_SILENCE_SECONDS && rules[vendor].needsKeepAlive === true) {
    problems.push({
      path: ['caps', 'heartbeatSeconds'],
      message: `must be at most ${LONGEST_KEPT_ALIVE_SILENCE_SECONDS} for this vendor: heartbeats keep its sessions alive, and without one it ends them after 5 minutes`,
    });
  }
  if ((written.value.warm ?? 0) > 0 && rules[vendor].canWait !== true) {
    problems.push({ path: ['warm'], message: 'is not for this vendor: how long its tokens live is unknown' });
  }
  const overrides = readOverrides(written.value.overrides ?? {}, Object.values(rules[vendor].capFields));
  problems.push(...overrides.problems);
  problems.push(...overridesAstray(overrides.checks, request, rules[vendor].request));
  const change = overridden(written.value, overrides.checks, rules[vendor]);
  return { problems, preset: presetOf(name, written.value, capped, change) };
}

/** What the vendor's check says of the request, also where something else in the preset is wrong. */
function requestProblems(
  entry: unknown,
  rules: Readonly<Record<VendorName, PresetRules>>,
): readonly LocatedProblem[] {
  const request = recordIn(entry, 'request');
  const vendor = VENDOR_NAMES.find((name) => isRecord(entry) && entry['vendor'] === name);
  if (request === undefined || vendor === undefined) return [];
  const refused = validate(rules[vendor].request, request, 'this request');
  if (!('problems' in refused)) return [];
  return refused.problems.map(({ path, message }) => ({ path: ['request', ...path], message }));
}

/** The caps are written last, into whatever the caller has made of the request. */
function overridden(
  { caps, request }: Written,
  checks: OverrideChecks,
  rules: PresetRules,
): Required<Preset>['override'] {
  return (given) => {
    const changed = override(request, checks, given);
    if ('problems' in changed) return changed;
    const capped = withCaps({ caps, request: changed.request }, rules);
    const refused = validate(rules.request, capped.request, 'this request');
    const problems = [...capped.problems, ...('problems' in refused ? refused.problems : [])];
    if (problems.length === 0) return { request: capped.request };
    return { problems: problems.map(({ path, message }) => `${formatPath(path)} ${message}`) };
  };
}

function presetOf(
  name: string,
  written: Written,
  { caps, request }: Pick<Preset, 'caps' | 'request'>,
  change: Required<Preset>['override'],
): Preset {
  const { vendor, description, scopes = [], sessions, start = false, trustPages = false } = written;
  const { fallback = [], warm } = written;
  // A session that the server starts bills from then on, so somebody must be there.
  const { heartbeatSeconds = start ? HEARTBEAT_SECONDS : undefined } = written.caps;
  return {
    name,
    vendor,
    description,
    caps,
    request,
    scopes,
    sessions,
    heartbeatSeconds,
    start,
    trustPages,
    fallback,
    warm,
    ...(written.overrides !== undefined && { override: change }),
  };
}
