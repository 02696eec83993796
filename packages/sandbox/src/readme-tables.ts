import { operations } from './contracts/operations.ts';
import { controlRoutes } from './control/api.ts';
import { disturbanceKinds } from './control/disturbances.ts';
import { faultKinds } from './control/fault-check.ts';
import { CONTROL_PREFIX } from './http/control-requests.ts';
import { reserved } from './reserved.ts';

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

// A pipe would end the cell, also inside code.
const code = (text: string): string => `\`${text}\``;
const cell = (text: string): string => text.replaceAll('|', '\\|');

/** The README's tables, by the name between their markers. */
export const tables: Readonly<Record<string, () => string>> = {
  operations: () =>
    table(
      ['vendor', 'operation', 'method and path'],
      operations.map(({ vendor, operation, method, path }) => [
        vendor,
        code(operation),
        code(`${method} ${path}`),
      ]),
    ),
  reserved: () =>
    table(
      ['vendor', 'in', 'value', 'answers'],
      reserved.map(({ vendor, fields, value, answers }) => [
        vendor,
        fields.join(', '),
        code(value),
        cell(answers),
      ]),
    ),
  faults: () =>
    table(
      ['fault', 'what it does'],
      Object.values(faultKinds).map(({ takes, does }) => [cell(takes), cell(does)]),
    ),
  disturbances: () =>
    table(
      ['kind', 'strikes', 'what it does'],
      Object.entries(disturbanceKinds).map(([kind, { at, does }]) => [
        code(kind),
        at === 'live' ? 'next, live' : 'next',
        cell(does),
      ]),
    ),
  control: () =>
    table(
      ['call', 'what it does'],
      controlRoutes.map(({ method, path, does }) => [code(`${method} /${CONTROL_PREFIX}${path}`), does]),
    ),
};
