import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { pack, type Packed, readManifest, run } from '../src/pack.ts';
import {
  dependentProblem,
  newcomerProblem,
  passedOnProblem,
  repositoryProblem,
  unpublished,
} from '../src/release-problems.ts';
import { published, root } from '../src/workspace.ts';
import { startRegistry } from './registry.ts';

/** For npm and a compiler on a machine that has other work. */
const MINUTES = 180_000;

let workplace: string;

beforeEach(() => {
  workplace = mkdtempSync(join(tmpdir(), 'release-problems-'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(workplace, { recursive: true });
});

function packed(name: string): Packed {
  const directory = published.get(name);
  if (directory === undefined) throw new Error(`${name} is not a published package`);
  return pack(directory, mkdtempSync(join(workplace, 'packed-')));
}

describe('where a package says that its source lies', () => {
  const URL = 'git+https://github.com/somebody/avatars.git';
  const problem = (repository: { url?: string; directory?: string } | undefined, url?: string) =>
    repositoryProblem(
      { name: '@org/core', version: '1.0.0', ...(repository && { repository }) },
      'packages/core',
      url,
    );

  test('is in order with its url and directory', () => {
    expect(problem({ url: URL, directory: 'packages/core' }, URL)).toBeUndefined();
    expect(problem({ url: URL, directory: 'packages/core' })).toBeUndefined();
  });

  test.each([
    ['nothing', undefined],
    ['no directory', { url: URL }],
    ['the directory of another', { url: URL, directory: 'packages/simli' }],
    ['no url', { directory: 'packages/core' }],
    ['another url', { url: 'git+https://github.com/somebody/else.git', directory: 'packages/core' }],
  ])('is not with %s, and the problem says what to put there', (_what, repository) => {
    expect(problem(repository, URL)).toContain(
      `Put this into packages/core/package.json:\n  "repository": {"type":"git","url":"${URL}","directory":"packages/core"}`,
    );
  });

  test('is not the example of a problem', () => {
    const [, example = ''] = problem(undefined)?.split('"repository": ') ?? [];
    expect(problem(JSON.parse(example) as { url: string; directory: string })).toBe(problem(undefined));
  });
});

describe('what breaks in core', () => {
  const problem = (core: string, simli: string) =>
    passedOnProblem({ name: '@org/simli', version: simli }, { name: '@org/core', version: core });

  test.each([
    ['0.1.0', '0.1.0'],
    ['0.6.0', '0.8.0'],
    ['0.6.0', '2.0.0'],
    ['2.0.0', '2.0.0'],
    ['0.5.1', '0.5.1'],
    ['1.3.0', '1.0.1'],
  ])('may be passed on, or is nothing: core %s, simli %s', (core, simli) => {
    expect(problem(core, simli)).toBeUndefined();
  });

  test.each([
    ['0.6.0', '0.5.1', 'minor'],
    ['1.0.0', '0.5.1', 'minor'],
    ['0.6.0', '1.3.0', 'major'],
    ['2.0.0', '1.0.1', 'major'],
  ])('core %s is not passed on as simli %s: that takes a %s', (core, simli, bump) => {
    expect(problem(core, simli)).toContain(`gives @org/simli a ${bump}, too`);
  });
});

test(
  'what is about to be published is what the registry does not have at this version',
  async () => {
    for (const file of ['package.json', 'pnpm-workspace.yaml', '.changeset/config.json']) {
      cpSync(join(root, file), join(workplace, file));
    }
    const names = ['core', 'simli', 'anam'];
    for (const name of names) {
      const file = `packages/${name}/package.json`;
      cpSync(join(root, file), join(workplace, file));
    }
    symlinkSync(join(root, 'node_modules'), join(workplace, 'node_modules'));
    const { version } = readManifest(join(root, 'packages/core'));
    const older = { name: '@org/simli', version: '0.0.0-older' };
    await using registry = await startRegistry([
      { tarball: import.meta.filename, contents: '', manifest: { name: '@org/core', version } },
      { tarball: import.meta.filename, contents: '', manifest: older },
    ]);
    writeFileSync(join(workplace, '.npmrc'), `registry=${registry.url}\n`);
    expect(unpublished(workplace, join(workplace, 'plan.json')).toSorted()).toEqual([
      '@org/anam',
      '@org/simli',
    ]);
  },
  MINUTES,
);

/** What a package lacks of core: by import, by require, in its types. */
type Lack = readonly [file: string, there: RegExp, gone: string];

const BY_IMPORT: Lack = ['index.node.js', /^ {2}textOf,\n(?=[^{]*^\};$)/m, ''];
const BY_REQUIRE: Lack = ['index.node.cjs', /exports\.defineVendor =/, 'exports.gone ='];
const IN_TYPES: Lack = ['index.node.d.ts', /Caller, ClientOptions,/, 'Caller,'];

/** Core without something that the vendor packages use. */
function coreWithout([file, there, gone]: Lack): Packed {
  const { contents, manifest } = packed('@org/core');
  const path = join(contents, 'dist', file);
  const text = readFileSync(path, 'utf8');
  if (!there.test(text)) throw new Error(`${file} has nothing like ${there}`);
  writeFileSync(path, text.replace(there, gone));
  const tarball = join(mkdtempSync(join(workplace, 'changed-')), 'package.tgz');
  run('tar', ['-czf', tarball, 'package'], join(contents, '..'));
  return { tarball, contents, manifest };
}

describe('beside the core that the registry has', () => {
  async function problemBeside(core: Packed): Promise<string | undefined> {
    await using registry = await startRegistry([core]);
    vi.stubEnv('npm_config_@org:registry', registry.url);
    return newcomerProblem(packed('@org/simli'), workplace);
  }

  test(
    'a vendor package works when it uses what that core exports',
    async () => {
      expect(await problemBeside(packed('@org/core'))).toBeUndefined();
    },
    MINUTES,
  );

  test(
    'a vendor package whose types name more is not to be published',
    async () => {
      expect(await problemBeside(coreWithout(IN_TYPES))).toMatch(
        /^@org\/simli does not work with .* needs a changeset, too\.[^]*ClientOptions/,
      );
    },
    MINUTES,
  );
});

describe('beside a core that is about to be published', () => {
  /** Released is a simli whose range takes in the core that is about to be. */
  async function problemWith(core: Packed): Promise<string | undefined> {
    const simli = packed('@org/simli');
    await using registry = await startRegistry([packed('@org/core'), simli]);
    vi.stubEnv('npm_config_@org:registry', registry.url);
    return dependentProblem(simli.manifest, core, workplace);
  }

  test(
    'a released vendor package goes on working',
    async () => {
      expect(await problemWith(packed('@org/core'))).toBeUndefined();
    },
    MINUTES,
  );

  test.each([
    ['by import', BY_IMPORT, 'textOf'],
    ['by require', BY_REQUIRE, 'properties of undefined'],
  ] as const)(
    'a core that lacks what the released one uses %s is not to be published',
    async (_, lack, words) => {
      expect(await problemWith(coreWithout(lack))).toMatch(
        new RegExp(`^@org/simli .*, which the registry has, does not work with @org/core[^]*${words}`),
      );
    },
    MINUTES,
  );
});
