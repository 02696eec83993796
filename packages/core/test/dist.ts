import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A file of the build. Tests of what is published need it: `turbo test` builds first, `vitest` alone does not. */
export function dist(file: string): string {
  const path = fileURLToPath(new URL(`../dist/${file}`, import.meta.url));
  if (!existsSync(path)) throw new Error(`${path} is missing: run tsup first`);
  return path;
}
