import { markdownTable } from 'markdown-table';
import { readFileSync } from 'node:fs';
import { VARIABLES } from './config/variables.ts';
import { METRICS } from './ops/metrics.ts';
import { PROBLEM_KINDS } from './http/problem-codes.ts';

/** What `pnpm bench:broker` wrote when it was last run, without its title. */
function measured(): string {
  const text = readFileSync(new URL('../../../tooling/bench/BROKER.md', import.meta.url), 'utf8');
  return text
    .replace(/^# .*\n+/, '')
    .replaceAll(/^## /gm, '### ')
    .trim();
}

const code = (text: string | undefined): string => (text === undefined ? '' : `\`${text}\``);

/** The README's tables, by the name between their markers. */
export const tables: Readonly<Record<string, () => string>> = {
  measured,
  settings: () =>
    markdownTable([
      ['variable', 'flag', 'default', 'meaning'],
      ...Object.entries(VARIABLES).map(([name, { flag, takes, fallback, meaning }]) => [
        code(name),
        code(takes === undefined ? flag : `${flag ?? ''} <${takes}>`),
        code(fallback),
        meaning,
      ]),
    ]),
  metrics: () =>
    markdownTable([['metric', 'says'], ...Object.entries(METRICS).map(([name, says]) => [code(name), says])]),
  problems: () =>
    markdownTable([
      ['code', 'status', 'what happened', '`Retry-After`'],
      ...Object.entries(PROBLEM_KINDS).map(([name, { status, title, retryAfterSeconds, waitsUntil }]) => [
        code(name),
        String(status),
        title,
        waitsUntil ?? (retryAfterSeconds === undefined ? '' : `${retryAfterSeconds} s`),
      ]),
    ]),
};
