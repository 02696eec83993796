import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { coreTables } from './core-tables.ts';
import { code, fill, table, type Tables } from './markdown.ts';
import { vendorTables } from './vendor-tables.ts';
import { load, root } from './workspace.ts';

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
    const filled = fill(text, await tablesOf(dirname(file).replace(/\/docs$/, '')));
    return await format(filled, { ...(await resolveConfig(file)), filepath: file });
  } catch (error) {
    throw new Error(`${readme}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** A package brings its tables in `src/readme-tables.ts`; those of core and the vendor packages are alike, and made here. */
async function tablesOf(directory: string): Promise<Tables> {
  if (directory === root) return { packages: packagesTable };
  const own = join(directory, 'src/readme-tables.ts');
  if (existsSync(own)) return (await load<{ tables: Tables }>(own)).tables;
  return directory.endsWith('/packages/core') ? coreTables() : vendorTables(directory);
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
