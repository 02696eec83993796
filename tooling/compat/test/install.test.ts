import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runtimes } from '@org/runtimes';
import { createSandbox, type Sandbox } from '@org/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { install } from '../src/install.ts';
import { run } from '../src/pack.ts';
import { compilerIn } from '../src/use.ts';
import { vendors } from '../src/workspace.ts';
import { strangers, tarballOf, writeSources } from './stranger.ts';

const exec = promisify(execFile);
const compilers = ['typescript', 'typescript-5'];
const resolutions = { node16: 'node16', bundler: 'esnext' };

/** Every package in a project's tree. */
function treeOf(project: string): readonly string[] {
  const lock = readFileSync(join(project, 'node_modules/.package-lock.json'), 'utf8');
  const { packages } = JSON.parse(lock) as { packages: Readonly<Record<string, unknown>> };
  return Object.keys(packages)
    .map((path) => path.slice('node_modules/'.length))
    .sort();
}

let sandbox: Sandbox;
let core: string;
let workplace: string;

beforeAll(async () => {
  sandbox = await createSandbox();
  workplace = mkdtempSync(join(tmpdir(), 'compat-'));
  core = tarballOf('@org/core', workplace);
});

afterAll(async () => {
  await sandbox.close();
  rmSync(workplace, { recursive: true });
});

test('every vendor package is tried', () => {
  expect(strangers.map((stranger) => stranger.package).sort()).toEqual([...vendors].sort());
});

describe.each(strangers)('$package, installed alone', (stranger) => {
  let project: string;

  beforeAll(() => {
    project = install([tarballOf(stranger.package, workplace), core], workplace);
    writeSources(project, stranger);
  }, 120_000);

  test('brings core, zod and undici, and nothing else', () => {
    expect(treeOf(project)).toEqual([stranger.package, '@org/core', 'undici', 'zod'].sort());
  });

  describe.each(Object.entries(runtimes))('on %s', (_name, node) => {
    test.each(['esm.mjs', 'cjs.cjs'])('%s mints, and recognises an error', async (file) => {
      const vendor = stranger.package.slice('@org/'.length) as 'simli' | 'anam' | 'liveavatar';
      const env = { BASE_URL: sandbox[vendor].baseUrl, [`${vendor.toUpperCase()}_API_KEY`]: 'any-key' };
      const { stdout, stderr } = await exec(node, [file], { cwd: project, env });
      expect(JSON.parse(stdout)).toEqual({ minted: true, recognised: true, refused: true });
      expect(stderr).toBe('');
    });
  });

  describe.each(compilers)('compiled by %s', (compiler) => {
    test.concurrent.each(Object.entries(resolutions))(
      'as %s resolves, with the default lib and every declaration checked',
      async (moduleResolution, module) => {
        const config = join(project, moduleResolution, `${compiler}.json`);
        const strictest = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false };
        const compilerOptions = {
          ...strictest,
          module,
          moduleResolution,
          target: 'es2022',
          types: [],
          noEmit: true,
        };
        writeFileSync(config, JSON.stringify({ compilerOptions, include: ['.'] }));
        const { stdout } = await exec(process.execPath, [compilerIn(compiler), '-p', config]).catch(
          (error: unknown) => error as { stdout: string },
        );
        expect(stdout).toBe('');
      },
      180_000,
    );
  });
});

test('@org/sandbox, installed alone, has a command that runs on the oldest Node', () => {
  const project = install([tarballOf('@org/sandbox', workplace)], workplace);
  const command = join(project, 'node_modules/@org/sandbox/dist/cli.js');
  expect(run(runtimes['node-20'], [command, '--version'], project)).toMatch(/^\d+\.\d+\.\d+\n$/);
}, 120_000);
