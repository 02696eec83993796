import { markdownTable } from 'markdown-table';

/** Tables by name: what stands between a README's markers. */
export type Tables = Readonly<Record<string, () => string>>;

const SECTION = /(<!-- generated:([\w-]+) -->).*?(<!-- \/generated:\2 -->)/gs;

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return markdownTable([head, ...rows].map((row) => row.map(inCell)));
}

/** As code. */
export function code(text: string): string {
  return `\`${text}\``;
}

/** The Markdown with each generated section filled in. Throws for a section that no table has the name of. */
export function fill(markdown: string, tables: Tables): string {
  return markdown.replaceAll(SECTION, (_section, start: string, name: string, end: string) => {
    const make = tables[name];
    if (make === undefined) {
      throw new Error(`there is no table "${name}"; there are: ${Object.keys(tables).join(', ')}`);
    }
    return `${start}\n\n${make()}\n\n${end}`;
  });
}

// A pipe would end the cell, also inside code.
function inCell(text: string): string {
  return text.replaceAll('\n', ' ').replaceAll('|', '\\|');
}
