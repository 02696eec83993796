import { fileURLToPath } from 'node:url';
import { CONDITIONS, reachOf } from '@org/presets/reach';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

type Doors = Readonly<Record<string, readonly [byImport: string, byRequire: string]>>;

/** The file that each runtime gets for `@org/core`. Where modules are ECMAScript's, `require` gets one too. */
const DOORS: Doors = {
  node: ['index.node.js', 'index.node.cjs'],
  deno: ['index.js', 'index.js'],
  bun: ['index.js', 'index.cjs'],
  workerd: ['index.js', 'index.js'],
  'edge-light': ['index.js', 'index.js'],
  browser: ['index.js', 'index.cjs'],
  another: ['index.js', 'index.cjs'],
};

describe.each(CONDITIONS)('in $runtime', ({ runtime, conditions }) => {
  const [byImport, byRequire] = DOORS[runtime] ?? ['', ''];

  it.each([
    ['import', byImport],
    ['require', byRequire],
  ] as const)('@org/core by %s is %s, and needs of Node what it may', async (kind, file) => {
    const { entry, outside } = await reachOf(ROOT, '@org/core', kind, conditions);
    expect(entry).toBe(`dist/${file}`);
    expect(outside).toEqual(runtime === 'node' ? ['node:diagnostics_channel', 'undici'] : []);
  });

  it.each(['client', 'errors', 'opentelemetry'])('@org/core/%s is the same everywhere', async (name) => {
    const imported = await reachOf(ROOT, `@org/core/${name}`, 'import', conditions);
    const required = await reachOf(ROOT, `@org/core/${name}`, 'require', conditions);
    expect([imported.entry, required.entry]).toEqual([`dist/${name}.js`, `dist/${name}.cjs`]);
    expect([...imported.outside, ...required.outside]).toEqual([]);
  });
});
