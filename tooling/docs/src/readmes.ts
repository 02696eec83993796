import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { coreTables } from './core-tables.ts';
import { code, fill, table, type Tables } from './markdown.ts';
import { sandboxTables } from './sandbox-tables.ts';
import { tokenServerTables } from './token-server-tables.ts';
import { vendorTables } from './vendor-tables.ts';
import { root } from './workspace.ts';

/** The READMEs, and the pages beside them, whose tables and examples are looked after, below the root. */
export const readmes: readonly string[] = globSync(
  ['README.md', '{packages,apps}/*/README.md', '{packages,apps}/*/docs/*.md'],
  { cwd: root },
).sort();

/** A README as it should be. */
export async function upToDate(readme: string): Promise<string> {
  const file = join(root, readme);
  const text = readFileSync(file, 'utf8');
  if (!text.includes('<!-- generated:')) return text;
  try {
    const filled = fill(text, await tablesOf(readme));
    return await format(filled, { ...(await resolveConfig(file)), filepath: file });
  } catch (error) {
    throw new Error(`${readme}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Where the package of a page lies, below the root. */
export function packageOf(readme: string): string {
  return dirname(readme).replace(/\/docs$/, '');
}

/** The tables that the page's package has. */
export async function tablesOf(readme: string): Promise<Tables> {
  const directory = packageOf(readme);
  switch (directory) {
    case '.':
      return { packages: packagesTable };
    case 'packages/core':
      return coreTables();
    case 'packages/sandbox':
      return sandboxTables();
    case 'apps/token-server':
      return tokenServerTables();
    default:
      return vendorTables(join(root, directory));
  }
}

function packagesTable(): string {
  const files = ['packages', 'apps'].flatMap((room) =>
    globSync(`${room}/*/package.json`, { cwd: root }).sort(),
  );
  const rows = files.map((file) => {
    const manifest = JSON.parse(readFileSync(join(root, file), 'utf8')) as Record<
      'name' | 'description',
      string
    >;
    return [`[${code(manifest.name)}](${dirname(file)})`, manifest.description];
  });
  return table(['package', 'what it is'], rows);
}
