import { fileURLToPath } from 'node:url';
import { CONDITIONS, reachOf } from '@org/presets/reach';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

describe.each(CONDITIONS)('in $runtime', ({ runtime, conditions }) => {
  it.each([
    ['@org/liveavatar', 'import', 'dist/index.js'],
    ['@org/liveavatar', 'require', 'dist/index.cjs'],
    ['@org/liveavatar/schemas', 'import', 'dist/schemas.js'],
    ['@org/liveavatar/schemas', 'require', 'dist/schemas.cjs'],
  ] as const)('%s by %s is %s, and needs nothing of Node elsewhere', async (specifier, kind, file) => {
    const { entry, files, outside } = await reachOf(ROOT, specifier, kind, conditions);
    expect(entry).toBe(file);
    const needsNode = runtime === 'node';
    expect(files.some((path) => path.includes('core/dist/index.node.'))).toBe(needsNode);
    expect(outside).toEqual(needsNode ? ['node:diagnostics_channel', 'undici'] : []);
  });
});
