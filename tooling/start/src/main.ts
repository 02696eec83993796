/**
 * `pnpm start`: the sandbox, the token server, the demo page, one grant for each vendor; up until Ctrl-C.
 *
 * @module
 */
import { join } from 'node:path';
import { serveDemo } from '@org/demo/serve';
import { createSandbox, type Sandbox } from '@org/sandbox';
import { readArguments, WrongArguments } from './arguments.ts';
import { openInBrowser } from './open.ts';
import { freePort } from './port.ts';
import { report } from './report.ts';
import { readSettings, VENDORS, type Settings } from './settings.ts';
import { listenForSignals } from './signals.ts';
import { startTokenServer, TokenServerFailed } from './token-server.ts';

const SANDBOX_PORT = 4010;
const TOKEN_SERVER_PORT = 8787;
const DEMO_PORT = 8788;

const root = join(import.meta.dirname, '../../..');
const say = (line: string): void => {
  console.log(line);
};

async function run(): Promise<number> {
  const { settings: file, open } = readArguments(process.argv.slice(2), join(root, '.env'));
  const settings = readSettings(file);
  const asked = listenForSignals();
  await using sandbox = await createSandbox({ port: await freePort(SANDBOX_PORT, 'the sandbox', say) });
  const port = await freePort(TOKEN_SERVER_PORT, 'the token server', say);
  const main = join(root, 'apps/token-server/dist/main.js');
  await using tokenServer = await startTokenServer(main, root, environmentFor(settings, sandbox, port), say);
  asked.onAgain = tokenServer.kill;
  const demo = await serveDemo({
    port: await freePort(DEMO_PORT, 'the demo page', say),
    tokenServerUrl: tokenServer.url,
    sandbox: Object.fromEntries(
      VENDORS.filter((vendor) => !settings.keys.has(vendor)).map((vendor) => [vendor, sandbox[vendor]]),
    ),
  });
  await using _ = { [Symbol.asyncDispose]: () => demo.close() };
  await report(settings, { demo: demo.url, sandbox: sandbox.url, tokenServer: tokenServer.url }, say);
  if (open) openInBrowser(demo.url, say);
  const end = await Promise.race([asked.once, tokenServer.ended]);
  if (end === 'asked') return 0;
  console.error(`The token server ended by itself, with code ${String(end)}.`);
  return 1;
}

/** The token server's environment: a vendor without a key in `.env` is the sandbox, where any key is good. */
function environmentFor(
  settings: Settings,
  sandbox: Sandbox,
  port: number,
): Readonly<Record<string, string>> {
  const vendors = VENDORS.map((vendor) => {
    const key = settings.keys.get(vendor);
    const baseUrl = key === undefined ? sandbox[vendor].baseUrl : (settings.baseUrls.get(vendor) ?? '');
    const name = vendor.toUpperCase();
    return { [`${name}_API_KEY`]: key ?? 'any-key', [`${name}_BASE_URL`]: baseUrl };
  });
  const own = { HOST: '127.0.0.1', PORT: String(port), PRESETS_FILE: settings.presetsFile };
  return Object.assign(own, ...vendors) as Record<string, string>;
}

try {
  process.exitCode = await run();
} catch (error) {
  if (!(error instanceof TokenServerFailed || error instanceof WrongArguments)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
