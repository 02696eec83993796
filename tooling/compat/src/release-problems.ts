import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { install } from './install.ts';
import { type Manifest, type Packed, run } from './pack.ts';

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

/** Imports every entry of a package, installed with what the registry has in the ranges that it asks for. */
export function importProblem({ tarball, manifest }: Packed, workplace: string): string | undefined {
  const entries = Object.keys(manifest.exports ?? {})
    .filter((entry) => entry !== './package.json')
    .map((entry) => `await import('${join(manifest.name, entry)}');`);
  try {
    const project = install([tarball], workplace);
    run(process.execPath, ['--input-type=module', '--eval', entries.join('\n')], project);
    return undefined;
  } catch (error) {
    return `${manifest.name} does not work with what the registry has of the packages it depends on. When it uses what one of them has since gained, that one needs a changeset, too.
${error instanceof Error ? error.message : String(error)}`;
  }
}
