import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { isFor, NoPackage } from './platform.ts';
import type { Programs } from './programs.ts';
import { runtimes } from './runtimes.ts';
import { tellInWorkerd } from './workerd.ts';

const exec = promisify(execFile);
const require = createRequire(import.meta.url);
const home = join(import.meta.dirname, '..');
const TIME_LIMIT_MS = 60_000;

/** What a runtime gave away. */
export interface Told {
  /** The story, each line as JSON; others may be among them. */
  readonly lines: readonly string[];
  /** What it complained of: how it ended, if not well, and its standard error. */
  readonly complaints: string;
  /** Everything that was printed. */
  readonly printed: string;
}

/** A runtime in which the story is told. */
export interface Host {
  readonly name: string;
  /** What the story calls it. */
  readonly kind: 'Node' | 'Deno' | 'Bun' | 'workerd';
  /** The version that the catalog asks for. */
  readonly version: string;
  /** The way that calls must go there. */
  readonly door: 'undici' | 'fetch';
  /**
   * Starts the binary for a moment, and gives what is wrong with its version; rejects when it cannot be started,
   * with `NoPackage` when nobody could start it here.
   */
  start(): Promise<string | undefined>;
  /** Has the story told before the sandbox at `sandbox`. */
  tell(programs: Programs, sandbox: string): Promise<Told>;
}

/** All of them, in the order of the table. */
export const hosts: readonly Host[] = [
  node('Node 20', 'node-20', runtimes['node-20']),
  node('Node 22', 'node-22', runtimes['node-22']),
  node('Node 24', 'node', runtimes['node-24']),
  node('Node 26', 'node-26', runtimes['node-26']),
  deno(),
  bun(),
  workerd(),
];

function node(name: string, packageName: string, path: string): Host {
  return {
    ...place('Node', packageName, () => path),
    name,
    door: 'undici',
    tell: ({ command }, sandbox) =>
      run(path, ['--unhandled-rejections=strict', command], { SANDBOX_URL: sandbox }),
  };
}

function deno(): Host {
  const path = (): string => platformBinary('deno', 'deno');
  return {
    ...place('Deno', 'deno', path),
    name: 'Deno',
    door: 'fetch',
    async tell({ command }, sandbox) {
      const cache = mkdtempSync(join(tmpdir(), 'deno-'));
      // Nothing is fetched: packages are those of node_modules, and no other host than the sandbox's may be reached.
      const offline = ['--no-remote', '--cached-only', '--node-modules-dir=manual', '--no-prompt'];
      const grants = ['--allow-net=127.0.0.1', '--allow-env', '--allow-read'];
      const env = { SANDBOX_URL: sandbox, DENO_DIR: cache, DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' };
      try {
        return await run(path(), ['run', ...offline, ...grants, command], env);
      } finally {
        rmSync(cache, { recursive: true });
      }
    },
  };
}

function bun(): Host {
  const path = (): string => platformBinary('bun', 'bin/bun');
  return {
    ...place('Bun', 'bun', path),
    name: 'Bun',
    door: 'fetch',
    tell: ({ command }, sandbox) =>
      run(path(), ['run', '--no-install', command], { SANDBOX_URL: sandbox, DO_NOT_TRACK: '1' }),
  };
}

function workerd(): Host {
  const path = (): string => platformBinary('workerd', 'bin/workerd');
  return {
    ...place('workerd', 'workerd', path),
    name: 'workerd',
    door: 'fetch',
    tell: (programs, sandbox) => tellInWorkerd(path(), programs, sandbox, TIME_LIMIT_MS),
  };
}

function place(
  kind: Host['kind'],
  packageName: string,
  path: () => string,
): Pick<Host, 'kind' | 'version' | 'start'> {
  const { version } = manifestOf(packageName);
  return {
    kind,
    version,
    async start() {
      const { stdout } = await exec(path(), ['--version'], { timeout: TIME_LIMIT_MS, env: {} });
      const [printed = ''] = /\d[\d.-]+/.exec(stdout) ?? [];
      // workerd prints the day that is within its version.
      return printed === version || version.split('.').includes(printed.replaceAll('-', ''))
        ? undefined
        : `the catalog asks for ${version}, and the binary is ${printed}`;
    },
  };
}

/** The binary for this machine, in the one of a package's optional dependencies that was installed. */
function platformBinary(packageName: string, file: string): string {
  const near = createRequire(require.resolve(`${packageName}/package.json`));
  const names = Object.keys(manifestOf(packageName).optionalDependencies ?? {});
  for (const name of names) {
    const path = join(installedAt(near, name) ?? '', file);
    if (existsSync(path)) return path;
  }
  const here = `${process.platform} on ${process.arch}`;
  const fitting = names.filter((name) => isFor(name, process.platform, process.arch));
  if (fitting.length === 0) throw new NoPackage(`${packageName} has no package for ${here}`);
  throw new Error(`${fitting.join(' or ')}, its package for ${here}, is not installed`);
}

function installedAt(near: NodeJS.Require, name: string): string | undefined {
  try {
    return dirname(near.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

interface Manifest {
  readonly version: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function manifestOf(name: string): Manifest {
  return JSON.parse(readFileSync(require.resolve(`${name}/package.json`), 'utf8')) as Manifest;
}

/** Runs a command line to its end, with no other variables than `env`. */
async function run(
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Told> {
  const { stdout, stderr, ended } = await exec(path, args, { cwd: home, env, timeout: TIME_LIMIT_MS }).then(
    (output) => ({ ...output, ended: '' }),
    (error: unknown) => {
      const failure = error as Error & { stdout?: string; stderr?: string };
      return { stdout: failure.stdout ?? '', stderr: failure.stderr ?? '', ended: failure.message };
    },
  );
  return {
    lines: stdout.split('\n'),
    complaints: [ended, stderr].join('\n').trim(),
    printed: stdout + stderr,
  };
}
