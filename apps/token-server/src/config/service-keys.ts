import { requestCheck } from '@org/core';
import * as z from 'zod/mini';
import { ConfigError } from './config-error.ts';
import { readYaml, type LocatedYaml, type LocatedProblem } from './located-yaml.ts';
import { readSettingsFile, type SettingsFile } from './settings-file.ts';
import { validate } from './validate.ts';

/** A key of another server's. Only its hash is known here. */
export interface ServiceKey {
  readonly name: string;
  /** SHA-256. A service key is random, so nothing slower is needed to keep it from being guessed. */
  readonly hash: Buffer;
  readonly scopes: readonly string[];
  readonly tenant: string | undefined;
}

interface Written {
  keys: { name: string; sha256: string; scopes?: string[] | undefined; tenant?: string | undefined }[];
}

const serviceKey = z.strictObject({
  name: z
    .string()
    .check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be up to 63 of a-z, 0-9 and "-", not "-" first')),
  sha256: z
    .string()
    .check(
      z.regex(/^[0-9a-f]{64}$/, 'must be 64 of 0-9 and a-f: what sha256sum prints, without the file name'),
    ),
  scopes: z.optional(z.array(z.string())),
  tenant: z.optional(z.string()),
});

const written = z.strictObject({ keys: z.array(serviceKey) });

const check = requestCheck<Written>()(written);

/** What stands elsewhere in the file may be a key, put where its hash belongs. */
const TELLABLE: ReadonlySet<string> = new Set(
  [written, serviceKey].flatMap(({ shape }) => Object.keys(shape)),
);

/** Reads the file of service keys. Rejects with a {@link ConfigError} with every problem, and never a value. */
export function loadServiceKeys(file: string): Promise<SettingsFile<readonly ServiceKey[]>> {
  return readSettingsFile(file, 'SERVICE_KEYS_FILE', (text) => serviceKeysIn(readYaml(file, text, TELLABLE)));
}

function serviceKeysIn(yaml: LocatedYaml): readonly ServiceKey[] {
  if (yaml.problems.length > 0) throw new ConfigError(yaml.problems);
  const read = validate(check, yaml.value, 'this file');
  if ('problems' in read) throw new ConfigError(yaml.describe(read.problems));
  const { keys } = read.value;
  const twice = [
    ...repeated(keys.map(({ name }) => name)).map((at) => problem(at, 'name', 'is given twice')),
    // One key would be two callers, and which of them nobody could tell.
    ...repeated(keys.map(({ sha256 }) => sha256)).map((at) =>
      problem(at, 'sha256', 'is that of a key before it: make a new key for each name'),
    ),
  ];
  if (twice.length > 0) throw new ConfigError(yaml.describe(twice));
  return keys.map(({ name, sha256, scopes = [], tenant }) => {
    return { name, hash: Buffer.from(sha256, 'hex'), scopes, tenant };
  });
}

/** Where a list has what it had before. */
function repeated(items: readonly string[]): readonly number[] {
  return items.flatMap((item, at) => (items.indexOf(item) < at ? [at] : []));
}

const problem = (at: number, field: string, message: string): LocatedProblem => ({
  path: ['keys', at, field],
  message,
});
