import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { hasChromium } from './browser.ts';
import { BUILT_PAGE, createWorld, type Callers, type World } from './world.ts';

/** Tests in a real browser, all in one world. Without the browser they are skipped, and that is said aloud. */
export function endToEnd(name: string, tests: (world: () => World) => void, callers?: Callers): void {
  if (!hasChromium) console.warn(`SKIPPED, for want of /usr/bin/chromium: ${name}`);
  describe.skipIf(!hasChromium)(name, () => {
    let world: World | undefined;
    beforeAll(async () => {
      if (!existsSync(join(BUILT_PAGE, 'index.html'))) throw new Error('Build the page first: pnpm build.');
      world = await createWorld(callers);
    });
    afterAll(() => world?.[Symbol.asyncDispose]());
    tests(() => {
      if (world === undefined) throw new Error('the world is not there before its tests');
      return world;
    });
  });
}
