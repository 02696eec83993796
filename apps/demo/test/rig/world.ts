import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { serveDemo, type ServedDemo } from '../../src/serve.ts';
import { launch } from './browser.ts';
import { openFace, type Face } from './face.ts';
import { startSandbox, type Sandbox } from './sandbox.ts';
import { startTokenServer, type TokenServer } from './token-server.ts';

/** The page as it was built. */
export const BUILT_PAGE: string = fileURLToPath(new URL('../../dist/page', import.meta.url));

/** Sandbox, token server, the built page and a browser: everything but the vendors themselves is real. */
export interface World extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly tokenServer: TokenServer;
  readonly demo: ServedDemo;
  readonly browser: Browser;
  /** The page in a browser profile of its own. */
  open(options?: BrowserContextOptions & { readonly path?: string }): Promise<Face>;
}

export async function createWorld(): Promise<World> {
  await using made = new AsyncDisposableStack();
  const sandbox = made.adopt(await startSandbox(), (started) => started.close());
  const tokenServer = made.adopt(await startTokenServer(sandbox), (server) => server.close());
  const demo = made.adopt(
    await serveDemo({ tokenServerUrl: tokenServer.url, sandbox, root: BUILT_PAGE }),
    (served) => served.close(),
  );
  const browser = made.adopt(await launch(), (launched) => launched.close());
  const all = made.move();
  return {
    sandbox,
    tokenServer,
    demo,
    browser,
    open: async ({ path = '/', ...options } = {}) =>
      openFace(await browser.newContext(options), `${demo.url}${path}`),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
