import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the tools here read of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly repository?: { readonly url?: string; readonly directory?: string };
}

/** A package as it would be published. */
export interface Packed {
  readonly tarball: string;
  /** Where the tarball's files lie, unpacked. */
  readonly contents: string;
  /** The package.json inside the tarball. */
  readonly manifest: Manifest;
}

/** Packs with the tool that publishes, which resolves `workspace:` and `catalog:`. `into` must be empty. */
export function pack(packageDirectory: string, into: string): Packed {
  mkdirSync(into, { recursive: true });
  run('pnpm', ['pack', '--pack-destination', into], packageDirectory);
  const tarball = join(into, onlyEntryOf(into));
  run('tar', ['-xzf', tarball], into);
  const contents = join(into, 'package');
  return { tarball, contents, manifest: readManifest(contents) };
}

/** The package.json in a directory. */
export function readManifest(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest;
}

/** Runs a command and gives what it printed. When it fails, the error holds everything that it said. */
export function run(command: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout?: string; stderr?: string };
    throw new Error([`${message} (in ${cwd})`, stdout, stderr].filter(Boolean).join('\n'), { cause: error });
  }
}

function onlyEntryOf(directory: string): string {
  const [entry, ...others] = readdirSync(directory);
  if (entry === undefined || others.length > 0) throw new Error(`expected one file in ${directory}`);
  return entry;
}
