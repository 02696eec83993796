import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { hasChromium } from './rig/browser.ts';

/** In a network of its own, whose only interface is loopback. */
const ALONE = ['-rn', 'sh', '-c', 'ip link set lo up && [ "$(ip -o link | wc -l)" = 1 ] && exec "$@"', 'sh'];
const FOLDER = fileURLToPath(new URL('..', import.meta.url));
const VITEST = fileURLToPath(new URL('../node_modules/.bin/vitest', import.meta.url));
const EACH_CONNECTION = 'speaking face .*(Simli|Anam|LiveAvatar)';

const isAllowed = spawnSync('unshare', [...ALONE, 'true']).status === 0;
const missing = isAllowed ? '/usr/bin/chromium' : 'network namespaces (unshare -rn)';
const canRun = isAllowed && hasChromium;
if (!canRun)
  console.warn(`SKIPPED, for want of ${missing}: each connection without any network but loopback`);

test.skipIf(!canRun)(
  'each connection works where there is no network but loopback',
  () => {
    const args = [...ALONE, VITEST, 'run', 'test/connections.test.ts', '-t', EACH_CONNECTION];
    const { status, stdout, stderr } = spawnSync('unshare', args, {
      cwd: FOLDER,
      encoding: 'utf8',
      // Not the variables by which this run would take that one for its own.
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1' },
      timeout: 170_000,
    });
    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/Tests +5 passed/);
  },
  180_000,
);
