import type * as contracts from '../../../packages/sandbox/src/contracts/operations.ts';
import type * as api from '../../../packages/sandbox/src/control/api.ts';
import type * as disturbances from '../../../packages/sandbox/src/control/disturbances.ts';
import type * as faults from '../../../packages/sandbox/src/control/fault-check.ts';
import type * as requests from '../../../packages/sandbox/src/http/control-requests.ts';
import type * as values from '../../../packages/sandbox/src/reserved.ts';
import { code, table, type Tables } from './markdown.ts';
import { load, root } from './workspace.ts';

const source = (file: string): string => `${root}/packages/sandbox/src/${file}`;

/** The tables of the sandbox's README. */
export async function sandboxTables(): Promise<Tables> {
  const { operations } = await load<typeof contracts>(source('contracts/operations.ts'));
  const { controlRoutes } = await load<typeof api>(source('control/api.ts'));
  const { disturbanceKinds } = await load<typeof disturbances>(source('control/disturbances.ts'));
  const { faultKinds } = await load<typeof faults>(source('control/fault-check.ts'));
  const { CONTROL_PREFIX } = await load<typeof requests>(source('http/control-requests.ts'));
  const { reserved } = await load<typeof values>(source('reserved.ts'));
  return {
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
          answers,
        ]),
      ),
    faults: () =>
      table(
        ['fault', 'what it does'],
        Object.values(faultKinds).map(({ takes, does }) => [takes, does]),
      ),
    disturbances: () =>
      table(
        ['kind', 'strikes', 'what it does'],
        Object.entries(disturbanceKinds).map(([kind, { at, does }]) => [
          code(kind),
          at === 'live' ? 'next, live' : 'next',
          does,
        ]),
      ),
    control: () =>
      table(
        ['call', 'what it does'],
        controlRoutes.map(({ method, path, does }) => [code(`${method} /${CONTROL_PREFIX}${path}`), does]),
      ),
  };
}
