import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const DEMO = fileURLToPath(new URL('../../../demo/', import.meta.url));
const VITE = join(DEMO, 'node_modules/vite/bin/vite.js');

/** All that a browser would load of the demo, built where the server's own environment is set. */
export async function builtDemo(environment: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'demo-'));
  try {
    const args = [VITE, 'build', '--outDir', folder, '--emptyOutDir', '--sourcemap'];
    await promisify(execFile)(process.execPath, args, { cwd: DEMO, env: environment });
    return globSync(join(folder, '**/*.{js,html,css,map,json}'))
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
  } finally {
    await rm(folder, { recursive: true });
  }
}
