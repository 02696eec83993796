import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { install } from './install.ts';
import { type Manifest, type Packed, run } from './pack.ts';
import { useEveryEntry } from './use.ts';

/** A version that no range written for an older one takes in, as a breaking change must have. */
const BREAKING = /^(\d+\.0\.0|0\.\d+\.0|0\.0\.\d+)(-|$)/;

const URL_SHAPE = /^git\+https:\/\/[^\s<>]+\.git$/;

/** The packages whose version the registry does not have: those that `changeset publish` would publish. */
export function unpublished(workspace: string, planFile: string): readonly string[] {
  run(join(workspace, 'node_modules/.bin/changeset'), ['publish-plan', '--output', planFile], workspace);
  const { plan } = JSON.parse(readFileSync(planFile, 'utf8')) as {
    plan: readonly (readonly { readonly name: string }[])[];
  };
  return plan.flat().map(({ name }) => name);
}

/** `url` is where this repository lies, if that is known; `directory`, where in it the package does. */
export function repositoryProblem(
  { name, repository }: Manifest,
  directory: string,
  url: string | undefined,
): string | undefined {
  const isUrlRight = url === undefined ? URL_SHAPE.test(repository?.url ?? '') : repository?.url === url;
  if (isUrlRight && repository?.directory === directory) return undefined;
  const wanted = { type: 'git', url: url ?? 'git+https://github.com/<owner>/<repository>.git', directory };
  return `${name}: the registry takes the proof of where it was built only from a package that says where its source lies. Put this into ${directory}/package.json:
  "repository": ${JSON.stringify(wanted)}`;
}

/** Uses every entry of a package, installed with what the registry has in the ranges that it asks for. */
export function newcomerProblem({ tarball, manifest }: Packed, workplace: string): string | undefined {
  return problemOf(
    manifest.name,
    [tarball],
    workplace,
    `${manifest.name} does not work with what the registry has of the packages it depends on. When it uses what one of them has since gained, that one needs a changeset, too.`,
  );
}

/**
 * Uses every entry of a released package, installed with the new version of one that it depends on, where its range
 * takes that in: whoever installs it after the release gets both.
 */
export function dependentProblem(
  { name, version }: Manifest,
  { tarball, manifest }: Packed,
  workplace: string,
): string | undefined {
  return problemOf(
    name,
    [tarball, `${name}@${version}`],
    workplace,
    `${name} ${version}, which the registry has, does not work with ${manifest.name} ${manifest.version}, which its range takes in. What it uses must stay, or the bump be one that its range leaves out.`,
  );
}

/**
 * A vendor package passes on what core exports and takes its options, so what breaks in core breaks in the vendor package.
 * Changesets gives it a patch, which the ranges of its users take in; core's own version none of them sees.
 */
export function passedOnProblem(
  { name, version }: Manifest,
  core: Pick<Manifest, 'name' | 'version'>,
): string | undefined {
  if (!BREAKING.test(core.version) || BREAKING.test(version)) return undefined;
  const bump = version.startsWith('0.') ? 'minor' : 'major';
  return `${name} ${version} passes on what ${core.name} exports, and ${core.version} may break it: who has an older ${name} would get that without asking. Add a changeset that gives ${name} a ${bump}, too.`;
}

function problemOf(
  name: string,
  sources: readonly string[],
  workplace: string,
  words: string,
): string | undefined {
  try {
    useEveryEntry(name, install(sources, workplace));
    return undefined;
  } catch (error) {
    return `${words}\n${error instanceof Error ? error.message : String(error)}`;
  }
}
