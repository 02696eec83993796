import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { runtimes } from '@org/runtimes';
import { expect, test } from 'vitest';

test('a Node that cannot run the sources is told so in one sentence', () => {
  const entry = join(import.meta.dirname, '../start.js');
  const { status, stderr } = spawnSync(runtimes['node-20'], [entry], { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toBe(
    'This needs Node 22.18 or newer and runs on v20.18.1: use `npx -y pnpm@12.21.0 start`, which brings its own.\n',
  );
});
