import { readdirSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Manifest, Packed } from './pack.ts';
import { secretIn } from './secrets.ts';

const ALLOWED = /^(dist\/.+|README\.md|CHANGELOG\.md|LICENSE|package\.json)$/;
const REQUIRED = ['README.md', 'LICENSE', 'package.json'];

/** What must not be published: each problem as one sentence. `repository` is the path of this work tree. */
export function inspectTarball({ contents, manifest }: Packed, repository: string): readonly string[] {
  const files = readdirSync(contents, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(join(contents, file)).isFile())
    .map((file) => file.replaceAll('\\', '/'));
  return [
    ...requiredOf(manifest)
      .filter((file) => !files.includes(file))
      .map((file) => `${file} is missing`),
    ...files.filter((file) => !ALLOWED.test(file)).map((file) => `${file} does not belong in the package`),
    ...dependencyProblems(manifest),
    ...files.flatMap((file) => fileProblems(file, readFileSync(join(contents, file), 'utf8'), repository)),
  ];
}

/** A changelog begins with the first release. */
function requiredOf({ version }: Manifest): readonly string[] {
  return version === '0.0.0' ? REQUIRED : [...REQUIRED, 'CHANGELOG.md'];
}

function dependencyProblems({ dependencies = {} }: Manifest): readonly string[] {
  return Object.entries(dependencies)
    .filter(([, range]) => !/^[~^]\d+\.\d+\.\d+$/.test(range))
    .map(
      ([name, range]) =>
        `${name} is asked for as "${range}": give a range (^ or ~) that an installer can share`,
    );
}

function fileProblems(file: string, text: string, repository: string): readonly string[] {
  const problems: string[] = [];
  const secret = secretIn(text);
  if (secret !== undefined) problems.push(`${file} holds what looks like ${secret}`);
  if (text.includes(repository)) problems.push(`${file} names a path of the machine that built it`);
  if (file.endsWith('.map')) problems.push(...sourceMapProblems(file, text));
  return problems;
}

function sourceMapProblems(file: string, text: string): readonly string[] {
  const { sources } = JSON.parse(text) as { sources: readonly string[] };
  return sources
    .filter((source) => isAbsolute(source) || URL.canParse(source))
    .map((source) => `${file} points to ${source}, which only the machine that built it has`);
}
