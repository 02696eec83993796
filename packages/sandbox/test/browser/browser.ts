import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Browser } from 'playwright-core';
import type { Page } from './page.ts';

const CHROMIUM = '/usr/bin/chromium';

/** Whether this machine has the browser that the tests drive. */
export const hasChromium: boolean = existsSync(CHROMIUM);

/** What CI needs to connect over loopback, and what keeps the browser from any network of its own. */
const flags = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--allow-loopback-in-peer-connection',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
];

/** The page in the browser, as if its functions were here. */
export interface Tab {
  call<K extends keyof Page>(
    name: K,
    ...args: Page[K] extends (...args: infer A) => unknown ? A : []
  ): Promise<Page[K] extends (...args: never[]) => infer R ? Awaited<R> : Page[K]>;
  /** What the page wrote to its console, for a failing test to tell. */
  readonly console: readonly string[];
  close(): Promise<void>;
}

export interface Window {
  open(): Promise<Tab>;
  close(): Promise<void>;
}

/** Bundles the page with the real SDKs, serves it, and starts the browser. */
export async function openBrowser(): Promise<Window> {
  const bundled = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    logLevel: 'error',
  });
  const script = bundled.outputFiles[0]?.text ?? '';
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(isScript ? script : '<!doctype html><body><script src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: flags });
  return {
    open: () => openTab(browser, `http://127.0.0.1:${port}/`),
    close: async () => {
      await browser.close();
      await shut(server);
    },
  };
}

async function openTab(browser: Browser, url: string): Promise<Tab> {
  const page = await browser.newPage();
  const lines: string[] = [];
  page.on('console', (message) => lines.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => lines.push(`thrown: ${String(error)}`));
  await page.goto(url);
  await page.waitForFunction(() => 'avatar' in window);
  const call = (name: string, ...args: readonly unknown[]): Promise<unknown> =>
    page.evaluate(
      async ([method, given]) => {
        const member = (window as unknown as { avatar: Record<string, unknown> }).avatar[method];
        if (typeof member !== 'function') return member;
        return await (member as (...args: readonly unknown[]) => unknown)(...given);
      },
      [name, args] as const,
    );
  return { call: call as Tab['call'], console: lines, close: () => page.close() };
}

async function shut(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
