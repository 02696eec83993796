import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';

const home = join(import.meta.dirname, '..');
const source = join(import.meta.dirname, 'story');

/** The story as JavaScript, in a directory of this package, whose dependencies it finds. */
export interface Programs extends AsyncDisposable {
  /** A module that every command line runs as it is: each runtime finds the packages by its own conditions. */
  readonly command: string;
  /** All in one file, for runtimes that find no packages. */
  readonly worker: string;
  /** The file of core that the worker's bundler found by the conditions of workerd. */
  readonly workerEntry: string;
}

/** Writes the programs; disposing takes them away. */
export async function writePrograms(): Promise<Programs> {
  const dist = join(home, 'dist');
  await mkdir(dist, { recursive: true });
  const directory = await mkdtemp(join(dist, 'story-'));
  const command = join(directory, 'command.js');
  const worker = join(directory, 'worker.js');
  const common = { bundle: true, format: 'esm', platform: 'neutral', absWorkingDir: home } as const;
  await build({
    ...common,
    entryPoints: [join(source, 'command.ts')],
    outfile: command,
    packages: 'external',
    target: 'node20.18',
  });
  const { metafile } = await build({
    ...common,
    entryPoints: [join(source, 'worker.ts')],
    outfile: worker,
    // As wrangler has them.
    conditions: ['workerd', 'worker', 'browser'],
    target: 'es2022',
    metafile: true,
  });
  return {
    command,
    worker,
    workerEntry: entriesOfCore(metafile.inputs).join(', '),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}

/** The doors of core among a bundle's files, and what a worker must not bring along. */
function entriesOfCore(inputs: object): readonly string[] {
  const files = Object.keys(inputs);
  const doors = files.filter((file) => /core\/dist\/index\b.*\.js$/.test(file)).map((file) => basename(file));
  const undici = files.some((file) => basename(dirname(file)) === 'undici' || file.includes('/undici/'));
  return undici ? [...doors, 'undici'] : doors;
}
