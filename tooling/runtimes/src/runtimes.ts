import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const binary = (name: string): string => join(dirname(require.resolve(`${name}/package.json`)), 'bin/node');

/** The paths of the Node binaries, by the names that the catalog gives them. */
export const runtimes: Readonly<Record<'node-20' | 'node-22' | 'node-24' | 'node-26', string>> = {
  'node-20': binary('node-20'),
  'node-22': binary('node-22'),
  'node-24': binary('node'),
  'node-26': binary('node-26'),
};
