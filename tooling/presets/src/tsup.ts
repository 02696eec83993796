import { readFile, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import type { Options } from 'tsup';

export type { Options };

type Plugin = NonNullable<Options['plugins']>[number];

/**
 * How every published package is built: ESM and CommonJS, declarations for both, source maps,
 * and nothing bundled that a package.json names as a dependency.
 */
export function library(entry: Record<string, string>): Options {
  return {
    entry,
    format: ['esm', 'cjs'],
    target: 'node20.18',
    // A package may run in any runtime, so nothing of Node's is shimmed or assumed.
    platform: 'neutral',
    // Known to the runtimes that have them, and to no neutral platform.
    external: [/^node:/],
    // `Symbol.asyncDispose` is in no default `lib`, and whoever installs a client should not have to know.
    dts: { banner: '/// <reference lib="esnext.disposable" />' },
    sourcemap: true,
    splitting: true,
    clean: true,
    plugins: [relativeSources],
    // `node:` stays where the source says it: a runtime without the bare names still finds the module.
    removeNodeProtocol: false,
  };
}

/** The pass that splits CommonJS, after every plugin, notes its files by absolute paths: of use on one machine only. */
const relativeSources: Plugin = {
  name: 'relative-sources',
  async buildEnd({ writtenFiles }) {
    const maps = writtenFiles.map(({ name }) => resolve(name)).filter((path) => path.endsWith('.map'));
    for (const path of maps) {
      const { file: _, ...map } = JSON.parse(await readFile(path, 'utf8')) as {
        file?: string;
        sources: string[];
      };
      const sources = map.sources.map((source) =>
        isAbsolute(source) ? relative(dirname(path), source) : source,
      );
      await writeFile(path, JSON.stringify({ ...map, sources }));
    }
  },
};
