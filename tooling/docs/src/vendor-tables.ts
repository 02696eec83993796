import { existsSync, globSync } from 'node:fs';
import type { Operation, Vendor } from '@org/core';
import { errorsTable, optionsTable } from './core-tables.ts';
import { code, table, type Tables } from './markdown.ts';
import { load } from './workspace.ts';

type AnyOperation = Pick<Operation<object, unknown>, 'id' | 'method' | 'path' | 'repeat' | 'documentation'>;

/** Where a package's request checks ask for more, or less, than the vendor's document does. */
interface Deviation {
  readonly field: string;
  readonly rule: string;
  readonly reason: string;
}

const REPEATS: Readonly<Record<AnyOperation['repeat'], string>> = {
  safe: 'yes',
  'unsent-only': 'only when the vendor cannot have acted on it',
};

/** The tables of one vendor package's README, made from its sources. */
export async function vendorTables(directory: string): Promise<Tables> {
  const values = await exportsOf(directory);
  const vendor = values.find(isVendor);
  if (vendor === undefined) throw new Error(`no dialect in ${directory}`);
  const errors = await errorsTable();
  const deviations = await deviationsOf(directory);
  return {
    operations: () => operationsTable(vendor.name, values.filter(isOperation)),
    options: () =>
      optionsTable({ apiKey: `the variable ${code(vendor.apiKeyVariable)}`, baseUrl: code(vendor.baseUrl) }),
    errors: () => errors,
    deviations: () =>
      table(
        ['field', 'rule', 'why'],
        deviations.map(({ field, rule, reason }) => [field, rule, reason]),
      ),
  };
}

function operationsTable(client: string, operations: readonly AnyOperation[]): string {
  const sorted = operations.toSorted((a, b) => a.id.localeCompare(b.id));
  const rows = sorted.map(({ id, method, path, repeat, documentation }) => [
    code(`${client}.${id}`),
    code(`${method} ${path}`),
    REPEATS[repeat],
    link(documentation),
  ]);
  return table(['method', 'calls', 'repeated after a failure', 'vendor’s document'], rows);
}

/** `documentation` is a URL, or a URL and what to look for there. */
function link(documentation: string): string {
  const [url = '', ...rest] = documentation.split(', ');
  return `[${rest.join(', ') || 'reference'}](${url})`;
}

async function exportsOf(directory: string): Promise<readonly unknown[]> {
  const files = globSync('src/**/*.ts', { cwd: directory, exclude: (name) => name.endsWith('.test.ts') });
  const modules = await Promise.all(files.sort().map((file) => load<object>(`${directory}/${file}`)));
  return [...new Set(modules.flatMap((module) => Object.values(module) as unknown[]))];
}

async function deviationsOf(directory: string): Promise<readonly Deviation[]> {
  const file = `${directory}/test/deviations.ts`;
  if (!existsSync(file)) return [];
  return (await load<{ deviations: readonly Deviation[] }>(file)).deviations;
}

function isVendor(value: unknown): value is Vendor {
  return typeof value === 'object' && value !== null && 'apiKeyVariable' in value;
}

function isOperation(value: unknown): value is AnyOperation {
  return typeof value === 'object' && value !== null && 'repeat' in value && 'path' in value;
}
