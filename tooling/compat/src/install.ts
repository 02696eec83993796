import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './pack.ts';

/** An empty project below `workplace` that has installed these tarballs, and nothing else, with npm. */
export function install(tarballs: readonly string[], workplace: string): string {
  const project = mkdtempSync(join(workplace, 'project-'));
  writeFileSync(join(project, 'package.json'), '{ "private": true }');
  run(
    'npm',
    ['install', '--prefer-online', '--no-audit', '--no-fund', '--loglevel=error', ...tarballs],
    project,
  );
  return project;
}
