import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inspectTarball } from '../src/inspect-tarball.ts';

const repository = '/home/somebody/repository';
const sound = {
  'README.md': '# Sound',
  'CHANGELOG.md': '# Sound',
  LICENSE: 'MIT',
  'package.json': '{}',
  'dist/index.js': 'export {};',
};
let contents: string;

beforeEach(() => {
  contents = mkdtempSync(join(tmpdir(), 'inspect-'));
});

afterEach(() => {
  rmSync(contents, { recursive: true });
});

function problems(
  files: Readonly<Record<string, string>>,
  dependencies = {},
  version = '1.0.0',
): readonly string[] {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(contents, name)), { recursive: true });
    writeFileSync(join(contents, name), text);
  }
  const manifest = { name: 'sound', version, dependencies };
  return inspectTarball({ tarball: 'sound.tgz', contents, manifest }, repository);
}

test('a sound package has no problems', () => {
  expect(problems(sound, { zod: '^4.0.0' })).toEqual([]);
});

test('a package that was never released has no changelog yet', () => {
  const { 'CHANGELOG.md': _, ...unreleased } = sound;
  expect(problems(unreleased, {}, '0.0.0')).toEqual([]);
});

test.each([
  ['a missing changelog', { 'CHANGELOG.md': undefined }, 'CHANGELOG.md is missing'],
  ['a missing licence', { LICENSE: undefined }, 'LICENSE is missing'],
  ['a source file', { 'src/index.ts': 'export {};' }, 'src/index.ts does not belong in the package'],
  ['an environment file', { '.env': 'KEY=1' }, '.env does not belong in the package'],
  [
    'a path of the build machine',
    { 'dist/index.js': `// ${repository}/src/index.ts` },
    'dist/index.js names a path of the machine that built it',
  ],
  [
    'a source map of one machine',
    { 'dist/index.js.map': '{"sources":["../src/index.ts","/tmp/index.js"]}' },
    'dist/index.js.map points to /tmp/index.js, which only the machine that built it has',
  ],
  [
    'a JWT',
    { 'dist/index.js': `'${['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0NSJ9', 'c2lnbmF0dXJlLg'].join('.')}'` },
    'dist/index.js holds what looks like a JWT',
  ],
  [
    'an API key',
    { 'README.md': `apiKey: '${'a1b2c3d4'.repeat(4)}'` },
    'README.md holds what looks like a key written into the code',
  ],
])('%s is named', (_what, change, problem) => {
  const files = Object.entries({ ...sound, ...change }).filter(([, text]) => text !== undefined);
  expect(problems(Object.fromEntries(files) as Record<string, string>)).toEqual([problem]);
});

test.each(['workspace:^', 'catalog:', '4.6.7', '*'])('a dependency asked for as %s is named', (range) => {
  expect(problems(sound, { zod: range })).toEqual([
    `zod is asked for as "${range}": give a range (^ or ~) that an installer can share`,
  ]);
});
