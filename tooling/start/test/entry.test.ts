import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runtimes } from '@org/runtimes';
import { expect, test } from 'vitest';

const entry = join(import.meta.dirname, '../start.js');

test('a Node that cannot run the sources is told so in one sentence', () => {
  const { status, stderr } = spawnSync(runtimes['node-20'], [entry], { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toBe(
    'This needs Node 22.18 or newer and runs on v20.18.1: use `npx -y pnpm@12.21.0 start`, which brings its own.\n',
  );
});

test.each(['packages/core', 'apps/demo'])('%s without an installation of its own is told of', (bare) => {
  const root = mkdtempSync(join(tmpdir(), 'half-installed-'));
  try {
    for (const project of ['packages/core', 'apps/demo', 'tooling/start']) {
      mkdirSync(join(root, project, project === bare ? '' : 'node_modules'), { recursive: true });
      writeFileSync(join(root, project, 'package.json'), '{ "type": "module" }');
    }
    cpSync(entry, join(root, 'tooling/start/start.js'));
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'tooling/start/start.js')], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toBe('The installation is not complete: run `npx -y pnpm@12.21.0 install`.\n');
  } finally {
    rmSync(root, { recursive: true });
  }
});
