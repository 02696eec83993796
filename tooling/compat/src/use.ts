import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readManifest, run } from './pack.ts';

const require = createRequire(import.meta.url);

/** The compiler's file of one of the packages that are a TypeScript. */
export function compilerIn(name: string): string {
  return join(dirname(require.resolve(`${name}/package.json`)), 'lib/tsc.js');
}

/** Imports, requires and compiles every entry of a package that a project has installed. Throws what goes wrong. */
export function useEveryEntry(name: string, project: string): void {
  const { exports = {} } = readManifest(join(project, 'node_modules', name));
  const entries = Object.keys(exports)
    .filter((entry) => entry !== './package.json')
    .map((entry) => join(name, entry));
  const imports = entries.map((entry) => `await import('${entry}');`).join('\n');
  run(process.execPath, ['--input-type=module', '--eval', imports], project);
  const requires = entries.map((entry) => `require('${entry}');`).join('\n');
  run(process.execPath, ['--input-type=commonjs', '--eval', requires], project);
  compile(entries, project);
}

/** With every declaration checked, since those of one package name what another exports. */
function compile(entries: readonly string[], project: string): void {
  const place = join(project, 'compiled');
  mkdirSync(place);
  const text = entries.map((entry, index) => `export * as entry${index} from '${entry}';`).join('\n');
  for (const file of ['all.mts', 'all.cts']) writeFileSync(join(place, file), text);
  const compilerOptions = {
    strict: true,
    skipLibCheck: false,
    module: 'node16',
    moduleResolution: 'node16',
    target: 'es2022',
    types: [],
    noEmit: true,
  };
  const config = join(place, 'tsconfig.json');
  writeFileSync(config, JSON.stringify({ compilerOptions, include: ['.'] }));
  run(process.execPath, [compilerIn('typescript'), '-p', config], project);
}
