import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readManifest, run } from '../src/pack.ts';
import { passedOnProblem } from '../src/release-problems.ts';
import { published, root, vendors } from '../src/workspace.ts';

// git and changeset are several processes each.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const START = '0.5.0';
const git = ['-c', 'user.name=test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false'];
let scratch: string;

// For git and changesets on a machine that has other work.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** The same packages with the same settings, all at one version, and no changeset yet. */
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'release-'));
  for (const file of ['package.json', 'pnpm-workspace.yaml', '.changeset/config.json']) {
    cpSync(join(root, file), join(scratch, file));
  }
  for (const directory of published.values()) {
    const file = join(relative(root, directory), 'package.json');
    cpSync(join(root, file), join(scratch, file));
    const text = readFileSync(join(scratch, file), 'utf8');
    writeFileSync(join(scratch, file), text.replace(/"version": "[^"]+"/, `"version": "${START}"`));
  }
  symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'));
  writeFileSync(join(scratch, '.gitignore'), 'node_modules');
  run('git', ['init', '--quiet', '--initial-branch=main'], scratch);
  run('git', ['add', '.'], scratch);
  run('git', [...git, 'commit', '--quiet', '--message=start'], scratch);
});

afterEach(() => {
  rmSync(scratch, { recursive: true });
});

/** Releases these bumps, and gives the versions of what changed. */
function release(bumps: Readonly<Record<string, 'patch' | 'minor' | 'major'>>): Record<string, string> {
  const lines = Object.entries(bumps).map(([name, bump]) => `'${name}': ${bump}`);
  writeFileSync(
    join(scratch, '.changeset/change.md'),
    ['---', ...lines, '---', '', 'A change.', ''].join('\n'),
  );
  run(join(root, 'node_modules/.bin/changeset'), ['version'], scratch);
  const versions = [...published].map(([name, directory]) => {
    const { version } = readManifest(join(scratch, relative(root, directory)));
    return [name, version] as const;
  });
  return Object.fromEntries(versions.filter(([, version]) => version !== START));
}

test.each(['@org/simli', '@org/anam', '@org/liveavatar', '@org/sandbox'])('%s is released alone', (name) => {
  expect(release({ [name]: 'minor' })).toEqual({ [name]: '0.6.0' });
});

test('a patch of core leaves the vendor packages alone: their range takes it in', () => {
  expect(release({ '@org/core': 'patch' })).toEqual({ '@org/core': '0.5.1' });
});

/** What the release script says of the vendor packages beside this core, by name. */
function problemsWith(versions: Record<string, string>): (string | undefined)[] {
  const versionOf = (name: string) => versions[name] ?? START;
  const core = { name: '@org/core', version: versionOf('@org/core') };
  return vendors.map((name) => passedOnProblem({ name, version: versionOf(name) }, core));
}

test('a minor of core alone makes patches of the vendor packages, which the release script refuses', () => {
  const versions = release({ '@org/core': 'minor' });
  expect(versions).toEqual({
    '@org/core': '0.6.0',
    '@org/anam': '0.5.1',
    '@org/liveavatar': '0.5.1',
    '@org/simli': '0.5.1',
  });
  expect(problemsWith(versions)).toEqual(
    vendors.map((name): unknown =>
      expect.stringContaining(`Add a changeset that gives ${name} a minor, too.`),
    ),
  );
});

test('a minor of core is released with a minor of each vendor package, which pass it on', () => {
  const bumps = ['@org/core', ...vendors].map((name) => [name, 'minor'] as const);
  const versions = release(Object.fromEntries(bumps));
  expect(versions).toEqual(Object.fromEntries(bumps.map(([name]) => [name, '0.6.0'])));
  expect(problemsWith(versions)).toEqual([undefined, undefined, undefined]);
});
