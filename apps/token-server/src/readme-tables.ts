import { readFileSync } from 'node:fs';
import { VARIABLES } from './config/variables.ts';
import { METRICS } from './ops/metrics.ts';
import { PROBLEM_KINDS } from './http/problem-codes.ts';

type Row = readonly string[];

/** Wide as Prettier would set it, so that formatting the README changes nothing. */
function table(head: Row, rows: readonly Row[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: Row): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

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
    table(
      ['variable', 'flag', 'default', 'meaning'],
      Object.entries(VARIABLES).map(([name, { flag, takes, fallback, meaning }]) => [
        code(name),
        code(takes === undefined ? flag : `${flag ?? ''} <${takes}>`),
        code(fallback),
        meaning,
      ]),
    ),
  metrics: () =>
    table(
      ['metric', 'says'],
      Object.entries(METRICS).map(([name, says]) => [code(name), says]),
    ),
  problems: () =>
    table(
      ['code', 'status', 'what happened', '`Retry-After`'],
      Object.entries(PROBLEM_KINDS).map(([name, { status, title, retryAfterSeconds }]) => [
        code(name),
        String(status),
        title,
        retryAfterSeconds === undefined ? '' : `${retryAfterSeconds} s`,
      ]),
    ),
};
