import { markdownTable } from 'markdown-table';
import { operations } from './contracts/operations.ts';
import { controlRoutes } from './control/api.ts';
import { disturbanceKinds } from './control/disturbances.ts';
import { faultKinds } from './control/fault-check.ts';
import { CONTROL_PREFIX } from './http/control-requests.ts';
import { reserved } from './reserved.ts';

// A pipe would end the cell, also inside code.
const code = (text: string): string => `\`${text}\``;
const cell = (text: string): string => text.replaceAll('|', '\\|');

/** The README's tables, by the name between their markers. */
export const tables: Readonly<Record<string, () => string>> = {
  operations: () =>
    markdownTable([
      ['vendor', 'operation', 'method and path'],
      ...operations.map(({ vendor, operation, method, path }) => [
        vendor,
        code(operation),
        code(`${method} ${path}`),
      ]),
    ]),
  reserved: () =>
    markdownTable([
      ['vendor', 'in', 'value', 'answers'],
      ...reserved.map(({ vendor, fields, value, answers }) => [
        vendor,
        fields.join(', '),
        code(value),
        cell(answers),
      ]),
    ]),
  faults: () =>
    markdownTable([
      ['fault', 'what it does'],
      ...Object.values(faultKinds).map(({ takes, does }) => [cell(takes), cell(does)]),
    ]),
  disturbances: () =>
    markdownTable([
      ['kind', 'strikes', 'what it does'],
      ...Object.entries(disturbanceKinds).map(([kind, { at, does }]) => [
        code(kind),
        at === 'live' ? 'next, live' : 'next',
        cell(does),
      ]),
    ]),
  control: () =>
    markdownTable([
      ['call', 'what it does'],
      ...controlRoutes.map(({ method, path, does }) => [code(`${method} /${CONTROL_PREFIX}${path}`), does]),
    ]),
};
