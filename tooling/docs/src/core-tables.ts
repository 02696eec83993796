import * as core from '@org/core';
import { ERROR_MEANINGS, type ErrorCode } from '@org/core';
import type * as coreDiagnostics from '../../../packages/core/src/diagnostics.node.ts';
import type * as coreErrors from '../../../packages/core/src/errors.ts';
import { constantsIn, membersIn, splitDefault } from './jsdoc.ts';
import { code, table, type Tables } from './markdown.ts';
import { results } from './results.ts';
import { load, root } from './workspace.ts';

const source = (file: string): string => `${root}/packages/core/src/${file}`;

/** The tables of core's README. Those of options and errors are the vendor packages' as well. */
export async function coreTables(): Promise<Tables> {
  const errors = await errorsTable();
  const hooks = await hooksTable();
  return {
    constants: constantsTable,
    errors: () => errors,
    hooks: () => hooks,
    measured: () => results('bench/RESULTS.md'),
    conformance: () => results('conformance/RESULTS.md'),
    options: () => optionsTable({}),
    'call-options': () =>
      table(
        ['option', 'meaning'],
        membersIn(source('options.ts'), 'CallOptions').map(({ name, text }) => [code(name), text]),
      ),
  };
}

/** The options of a client. `defaults` says what a vendor's are, where core's depend on the vendor. */
export function optionsTable(defaults: Readonly<Record<string, string>>): string {
  const rows = membersIn(source('options.ts'), 'ClientOptions').map(({ name, text }) => {
    const split = splitDefault(text);
    return [code(name), defaults[name] ?? split.default, split.meaning];
  });
  return table(['option', 'default', 'meaning'], rows);
}

/** Every error code, with the class that it is thrown as. */
export async function errorsTable(): Promise<string> {
  const { createError } = await load<typeof coreErrors>(source('errors.ts'));
  const rows = Object.entries(ERROR_MEANINGS).map(([name, { when, repeat }]) => {
    const { name: className } = createError({ code: name as ErrorCode, vendor: '', message: '' });
    return [code(name), code(className), when, repeat];
  });
  return table(['`code`', 'class', 'when', 'a repeat helps'], rows);
}

/** Every hook, with the channel that says the same. */
async function hooksTable(): Promise<string> {
  const { CHANNELS } = await load<typeof coreDiagnostics>(source('diagnostics.node.ts'));
  const channels: Readonly<Record<string, string>> = CHANNELS;
  return table(
    ['hook', 'channel', 'when'],
    membersIn(source('hooks.ts'), 'Hooks').map(({ name, text }) => [
      code(name),
      code(channels[name] ?? ''),
      text,
    ]),
  );
}

function constantsTable(): string {
  const values: Readonly<Record<string, unknown>> = core;
  const rows = constantsIn(source('constants.ts')).map(({ name, text }) => [
    code(name),
    shown(values[name]),
    text,
  ]);
  return table(['constant', 'value', 'why'], rows);
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'number' ? value.toLocaleString('en').replaceAll(',', ' ') : String(value);
}
