import { build } from 'esbuild';

/** What a specifier leads to under a set of conditions. Paths are relative to the package that asks. */
export interface Reach {
  /** The file that the specifier names. */
  readonly entry: string;
  /** Every file that this one needs, itself included, whether at once or later. */
  readonly files: readonly string[];
  /** What all of them import of Node, and undici. */
  readonly outside: readonly string[];
}

/** By which conditions each runtime, or the bundler that builds for it, chooses among a package's files. */
export const CONDITIONS: readonly { readonly runtime: string; readonly conditions: string[] }[] = [
  { runtime: 'node', conditions: ['node'] },
  { runtime: 'deno', conditions: ['deno', 'node'] },
  { runtime: 'bun', conditions: ['bun', 'node'] },
  { runtime: 'workerd', conditions: ['workerd', 'worker', 'browser'] },
  { runtime: 'edge-light', conditions: ['edge-light', 'node'] },
  { runtime: 'browser', conditions: ['browser'] },
  { runtime: 'another', conditions: [] },
];

/** Follows a specifier, as it is resolved in the package at `directory`, by `import` or by `require`. */
export async function reachOf(
  directory: string,
  specifier: string,
  kind: 'import' | 'require',
  conditions: string[],
): Promise<Reach> {
  const contents =
    kind === 'import' ? `export * from '${specifier}'` : `module.exports = require('${specifier}')`;
  const { metafile } = await build({
    stdin: { contents, resolveDir: directory, sourcefile: 'asking.js' },
    absWorkingDir: directory,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions,
    external: ['undici', 'node:*'],
    logLevel: 'silent',
  });
  const { 'asking.js': asking, ...inputs } = metafile.inputs;
  const imports = Object.values(inputs).flatMap((input) => input.imports);
  return {
    entry: pathsOf(asking?.imports)[0] ?? '',
    files: Object.keys(inputs),
    outside: [...new Set(pathsOf(imports.filter(({ external }) => external === true)))].sort(),
  };
}

function pathsOf(imports: readonly { readonly path: string }[] = []): string[] {
  return imports.map(({ path }) => path);
}
