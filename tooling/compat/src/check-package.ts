/**
 * `check-package`: packs the package in the current directory and looks at it as a registry would.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspectTarball } from './inspect-tarball.ts';
import { pack, run } from './pack.ts';
import { root } from './workspace.ts';

const tool = (name: string): string => join(import.meta.dirname, '../node_modules/.bin', name);
const workplace = mkdtempSync(join(tmpdir(), 'check-package-'));
try {
  const packed = pack(process.cwd(), join(workplace, 'packed'));
  const problems = inspectTarball(packed, root);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  // The tarball, not the directory: what is checked is what would be published.
  run(tool('publint'), ['run', packed.tarball, '--strict'], workplace);
  // node16 leaves out TypeScript's `node10` resolution, which knows no `exports`; TypeScript itself retires it.
  run(tool('attw'), [packed.tarball, '--profile', 'node16'], workplace);
  console.log(`${packed.manifest.name}: the package is as it should be`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(workplace, { recursive: true });
}
