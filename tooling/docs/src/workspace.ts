import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The repository's root. */
export const root: string = join(import.meta.dirname, '../../..');

/** Imports a source file of another package, which its package.json does not export. */
export async function load<Module extends object>(file: string): Promise<Module> {
  return (await import(pathToFileURL(file).href)) as Module;
}
