import { readFileSync } from 'node:fs';

/** The version of a package that the package at `directory` has installed, to be named beside what was measured. */
export function versionOf(name: string, directory: URL): string {
  const file = new URL(`node_modules/${name}/package.json`, directory);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
