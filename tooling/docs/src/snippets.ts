import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './workspace.ts';

/** One ```` ```ts ```` block of a README. */
export interface Snippet {
  /** Such as `packages/simli:12`, the line being the block's first. */
  readonly place: string;
  readonly text: string;
  /** Why it is only compiled; `undefined` when it is also run. */
  readonly notRun: string | undefined;
}

const BLOCK = /^```ts(.*)\n([\s\S]*?)^```$/gm;

/** The examples of a README. One that cannot be run is marked: ```` ```ts no-run: the reason ````. */
export function snippetsIn(readme: string): readonly Snippet[] {
  const markdown = readFileSync(join(root, readme), 'utf8');
  return [...markdown.matchAll(BLOCK)].map((match) => {
    const [, mark = '', text = ''] = match;
    const place = `${dirname(readme)}:${markdown.slice(0, match.index).split('\n').length + 1}`;
    return { place, text, notRun: reasonIn(mark, place) };
  });
}

/**
 * The example as it is run: each client gets the sandbox's address, and nothing else changes. A README reads
 * `new Simli()`, which for its reader means the vendor. An example that starts a sandbox of its own stays as it is.
 */
export function withSandbox(text: string): string {
  if (text.includes('createSandbox')) return text;
  return text.replaceAll(/\bnew (Simli|Anam|LiveAvatar)\((.)/g, (found, client: string, next: string) => {
    const baseUrl = `baseUrl: process.env['${client.toUpperCase()}_BASE_URL']`;
    if (next === ')') return `new ${client}({ ${baseUrl} })`;
    if (next === '{') return `new ${client}({ ${baseUrl}, `;
    throw new Error(
      `write the options of ${found}… out, so that the example can be given the sandbox's address`,
    );
  });
}

function reasonIn(mark: string, place: string): string | undefined {
  if (mark === '') return undefined;
  const reason = /^ no-run: (.+)$/.exec(mark)?.[1];
  if (reason === undefined)
    throw new Error(`${place}: "ts${mark}" is neither "ts" nor "ts no-run: <reason>"`);
  return reason;
}
