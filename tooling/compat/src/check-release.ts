/**
 * What must hold before anything is published: each package says where its source lies, and works beside what the
 * registry has, as what the registry has works beside it. The `release` script runs it first.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type Manifest, pack, readManifest } from './pack.ts';
import {
  dependentProblem,
  newcomerProblem,
  passedOnProblem,
  repositoryProblem,
  unpublished,
} from './release-problems.ts';
import { published, root } from './workspace.ts';

// A workflow of GitHub's knows it; npm compares it with the provenance.
const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env;
const url = server && repository ? `git+${server}/${repository}.git` : undefined;
const workplace = mkdtempSync(join(tmpdir(), 'check-release-'));

function problemsOf(name: string, released: readonly string[]): readonly (string | undefined)[] {
  const directory = published.get(name);
  if (directory === undefined) return [`${name} is about to be published, and lies outside packages/`];
  const manifest = readManifest(directory);
  const others = [...published.values()].map(readManifest);
  const dependents = others.filter((other) => released.includes(other.name) && dependsOn(other, [name]));
  const newDependents = others.filter((other) => !released.includes(other.name) && dependsOn(other, [name]));
  const meetsReleased = dependsOn(manifest, released);
  const packed = meetsReleased || dependents.length > 0 ? pack(directory, join(workplace, name)) : undefined;
  return [
    repositoryProblem(manifest, relative(root, directory), url),
    ...newDependents.map((other) => passedOnProblem(other, manifest)),
    ...(packed !== undefined && meetsReleased ? [newcomerProblem(packed, workplace)] : []),
    ...(packed === undefined ? [] : dependents.map((other) => dependentProblem(other, packed, workplace))),
  ];
}

function dependsOn({ dependencies = {} }: Manifest, names: readonly string[]): boolean {
  return Object.keys(dependencies).some((name) => names.includes(name));
}

try {
  const names = unpublished(root, join(workplace, 'plan.json'));
  const released = [...published.keys()].filter((name) => !names.includes(name));
  const problems = names.flatMap((name) => problemsOf(name, released)).filter(Boolean);
  if (problems.length > 0) throw new Error(`Nothing was published.\n\n${problems.join('\n\n')}`);
  console.log(`ready to be published: ${names.join(', ') || 'nothing'}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(workplace, { recursive: true });
}
