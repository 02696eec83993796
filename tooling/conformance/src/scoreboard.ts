import { markdownTable } from 'markdown-table';
import type { Contender } from './contender.ts';
import type { Cell } from './drill.ts';
import { groups, type Group } from './drills/index.ts';
import type { Row } from './child.ts';

/** A contender and its cells. */
export interface Score {
  readonly contender: Contender;
  readonly row: Row;
}

/** A weak cell is marked, whoever's it is. */
function print(cell: Cell | undefined): string {
  if (cell === undefined) return '?';
  return cell.weak ? `✗ ${cell.text}` : cell.text;
}

function section({ title, drills }: Group, scores: readonly Score[]): string {
  const rows = scores.map(({ contender, row }) => [
    contender.name,
    ...drills.map((drill) => print(row.cells.get(drill.name))),
  ]);
  const legend = drills.map(({ name, does, weakIf }) => `- **${name}**: ${does}. ✗ if ${weakIf}.`);
  return `## ${title}\n\n${markdownTable([['client', ...drills.map(({ name }) => name)], ...rows])}\n\n${legend.join('\n')}`;
}

/** Everything below the heading of the results. */
export function scoreboard(scores: readonly Score[]): string {
  return groups.map((group) => section(group, scores)).join('\n\n');
}

/** Who took part, in which version, making which call. */
export function cast(scores: readonly Score[], versionOf: (name: string) => string): string {
  return markdownTable([
    [
      'client',
      'versions',
      'call, and where the key is',
      'own timeout and its default',
      'unhandled rejections',
      '✗',
    ],
    ...scores.map(({ contender: { name, packages, call, timeout }, row }) => [
      name,
      packages.map((one) => `${one} ${versionOf(one)}`).join(', '),
      call,
      timeout,
      row.deaths === 0 ? '✓ none' : `✗ ${row.deaths}`,
      String(weakCells(row).length),
    ]),
  ]);
}

/** Where a contender is weak. */
export function weakCells({ cells }: Row): string[] {
  return [...cells].filter(([, cell]) => cell.weak).map(([drill, cell]) => `${drill}: ${cell.text}`);
}
