import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readManifest } from './pack.ts';

/** The repository's root. */
export const root: string = join(import.meta.dirname, '../../..');

/** The directories of the packages that are published, by name. */
export const published: ReadonlyMap<string, string> = new Map(
  globSync('packages/*/package.json', { cwd: root })
    .map((file) => join(root, dirname(file)))
    .filter((directory) => readManifest(directory).private !== true)
    .map((directory) => [readManifest(directory).name, directory]),
);

/** The packages that stand for one vendor each: those that depend on core. */
export const vendors: readonly string[] = [...published]
  .filter(([, directory]) => '@org/core' in (readManifest(directory).dependencies ?? {}))
  .map(([name]) => name);
