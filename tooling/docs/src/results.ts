import { readFileSync } from 'node:fs';
import { root } from './workspace.ts';

/** What a measuring tool wrote into a page of `tooling/` when it was last run, without its title. */
export function results(page: string): string {
  const text = readFileSync(`${root}/tooling/${page}`, 'utf8');
  return text
    .replace(/^# .*\n+/, '')
    .replaceAll(/^## /gm, '### ')
    .trim();
}
