import { markdownTable } from 'markdown-table';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const ENTRIES: readonly (readonly [name: string, code: string])[] = [
  ['@org/simli', `import { Simli } from '@org/simli'; globalThis.client = new Simli();`],
  ['@org/anam', `import { Anam } from '@org/anam'; globalThis.client = new Anam();`],
  ['@org/liveavatar', `import { LiveAvatar } from '@org/liveavatar'; globalThis.client = new LiveAvatar();`],
  ['openai', `import { OpenAI } from 'openai'; globalThis.client = new OpenAI();`],
];

/** What a client adds to an edge function: everything in, minified, compressed. */
export async function measureBundles(tell: (line: string) => void): Promise<string> {
  tell('bundles');
  const rows: string[][] = [];
  for (const [name, contents] of ENTRIES) {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: import.meta.dirname },
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      platform: 'neutral',
      mainFields: ['module', 'main'],
      conditions: ['workerd', 'worker', 'browser'],
      target: 'es2022',
    });
    const bytes = outputFiles[0]?.contents ?? new Uint8Array();
    rows.push([
      name,
      (bytes.byteLength / 1_000).toFixed(1),
      (gzipSync(bytes, { level: 9 }).byteLength / 1_000).toFixed(1),
    ]);
  }
  return markdownTable([['client', 'minified, kB', 'gzip, kB'], ...rows]);
}
