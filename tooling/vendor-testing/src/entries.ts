import { fileURLToPath } from 'node:url';
import { CONDITIONS, reachOf } from '@org/presets/reach';
import { describe, expect, it } from 'vitest';

/** Tests what each runtime gets for the entries of a vendor's package, and what that needs of Node. */
export function testEntries(name: string, directory: URL): void {
  const root = fileURLToPath(directory);

  describe.each(CONDITIONS)('in $runtime', ({ runtime, conditions }) => {
    it.each([
      [name, 'import', 'dist/index.js'],
      [name, 'require', 'dist/index.cjs'],
      [`${name}/schemas`, 'import', 'dist/schemas.js'],
      [`${name}/schemas`, 'require', 'dist/schemas.cjs'],
    ] as const)('%s by %s is %s, and needs nothing of Node elsewhere', async (specifier, kind, file) => {
      const { entry, files, outside } = await reachOf(root, specifier, kind, conditions);
      expect(entry).toBe(file);
      const needsNode = runtime === 'node';
      expect(files.some((path) => path.includes('core/dist/index.node.'))).toBe(needsNode);
      expect(outside).toEqual(needsNode ? ['node:diagnostics_channel', 'undici'] : []);
    });
  });
}
