import { readFile } from 'node:fs/promises';
import { requestCheck } from '@org/core';
import * as z from 'zod/mini';
import { ConfigError } from './config-error.ts';
import { readYaml } from './located-yaml.ts';

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

const check = requestCheck<Written>()(
  z.strictObject({
    keys: z.array(
      z.strictObject({
        name: z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/)),
        sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
        scopes: z.optional(z.array(z.string())),
        tenant: z.optional(z.string()),
      }),
    ),
  }),
);

/** Reads the file of service keys. Throws a {@link ConfigError} with every problem, and never a value. */
export async function loadServiceKeys(file: string): Promise<readonly ServiceKey[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw new ConfigError([`${file} cannot be read (${code}): name a file with SERVICE_KEYS_FILE.`]);
  });
  const yaml = readYaml(file, text);
  if (yaml.problems.length > 0) throw new ConfigError(yaml.problems);
  const result = check['~standard'].validate(yaml.value);
  if (result.issues !== undefined) {
    throw new ConfigError(yaml.describe(result.issues.map(({ path = [], message }) => ({ path, message }))));
  }
  const { keys } = result.value;
  const twice = keys.findIndex(({ name }, at) => keys.slice(0, at).some((other) => other.name === name));
  if (twice >= 0) {
    throw new ConfigError(yaml.describe([{ path: ['keys', twice, 'name'], message: 'is given twice' }]));
  }
  return keys.map(({ name, sha256, scopes = [], tenant }) => {
    return { name, hash: Buffer.from(sha256, 'hex'), scopes, tenant };
  });
}
