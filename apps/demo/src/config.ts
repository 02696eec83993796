import type { ConfigFile } from './config-file.ts';
import type { VendorName } from './grant.ts';

/** Where everything is. Without an address of its own a vendor is found where its SDK looks by itself. */
export interface PageConfig {
  /** The token server, without a slash at the end; '' is the page's own origin. */
  readonly tokenServer: string;
  /** Where this page's own server proves who is calling; none where the token server asks nobody. */
  readonly callerToken?: string | undefined;
  /** Simli's with `ws:` or `wss:`, the others' with `http:` or `https:`. */
  readonly vendors: Readonly<Partial<Record<VendorName, string>>>;
}

const environment = import.meta.env as Readonly<Record<string, string | undefined>>;

/** `?server=` before `config.json` before what was built in. */
export async function loadConfig(): Promise<PageConfig> {
  const file = await loadFile();
  const asked = address(new URLSearchParams(location.search).get('server'));
  const tokenServer = asked ?? address(file.tokenServer) ?? address(environment['VITE_TOKEN_SERVER']) ?? '';
  return {
    tokenServer: tokenServer === location.origin ? '' : tokenServer,
    // Whoever wrote the link must not be who gets the token.
    callerToken: asked === undefined ? file.callerToken : undefined,
    vendors: {
      ...vendorAt('simli', file.vendors?.simli ?? environment['VITE_SIMLI_WS']),
      ...vendorAt('anam', file.vendors?.anam ?? environment['VITE_ANAM_BASE']),
      ...vendorAt('liveavatar', file.vendors?.liveavatar ?? environment['VITE_LIVEAVATAR_BASE']),
    },
  };
}

/** A page without the file, or whose host answers everything with itself, is one that was configured when built. */
async function loadFile(): Promise<ConfigFile> {
  try {
    const answer = await fetch('config.json', { cache: 'no-store' });
    const isJson = answer.headers.get('content-type')?.includes('json') === true;
    return answer.ok && isJson ? ((await answer.json()) as ConfigFile) : {};
  } catch {
    return {};
  }
}

function vendorAt(vendor: VendorName, given: string | undefined): Partial<Record<VendorName, string>> {
  const found = address(given, ['http:', 'https:', 'ws:', 'wss:']);
  return found === undefined ? {} : { [vendor]: found };
}

function address(given: string | null | undefined, protocols = ['http:', 'https:']): string | undefined {
  if (given === null || given === undefined || given === '') return undefined;
  return URL.canParse(given) && protocols.includes(new URL(given).protocol)
    ? given.replace(/\/+$/, '')
    : undefined;
}
