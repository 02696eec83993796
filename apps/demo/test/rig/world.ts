import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, BrowserContextOptions } from 'playwright-core';
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
  /** A browser profile of its own. */
  readonly newContext: (options?: BrowserContextOptions) => Promise<BrowserContext>;
  /** The page in a browser profile of its own. */
  open(options?: BrowserContextOptions & { readonly path?: string }): Promise<Face>;
}

/** How callers are known: to the token server by its settings, from the page by its token. */
export interface Callers {
  readonly settings: Readonly<Record<string, string>>;
  readonly token: () => string | Promise<string>;
}

export async function createWorld(callers?: Callers): Promise<World> {
  await using made = new AsyncDisposableStack();
  const sandbox = made.adopt(await startSandbox(), (started) => started.close());
  // A token server that checks its callers must know the page's origin before the page is served.
  const port = await freePort();
  const settings = callers && { ...callers.settings, ALLOWED_ORIGINS: `http://127.0.0.1:${port}` };
  const tokenServer = made.adopt(
    await startTokenServer(sandbox, settings && { callers: settings }),
    (server) => server.close(),
  );
  const demo = made.adopt(
    await serveDemo({
      port,
      tokenServerUrl: tokenServer.url,
      sandbox,
      root: BUILT_PAGE,
      ...(callers && { callerToken: callers.token }),
    }),
    (served) => served.close(),
  );
  const browser = made.adopt(await launch(), (launched) => launched.close());
  // What moves while a test waits is drawn by the processor, and takes a third of its time.
  const newContext = (options?: BrowserContextOptions): Promise<BrowserContext> =>
    browser.newContext({ reducedMotion: 'reduce', ...options });
  const all = made.move();
  return {
    sandbox,
    tokenServer,
    demo,
    newContext,
    open: async ({ path = '/', ...options } = {}) =>
      openFace(await newContext(options), `${demo.url}${path}`),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
