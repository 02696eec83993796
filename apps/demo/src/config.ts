import type { ConfigFile } from './config-file.ts';
import type { VendorName } from './grant.ts';
import { Problem } from './problem.ts';

/** Where everything is. Without an address of its own a vendor is found where its SDK looks by itself. */
export interface PageConfig {
  /** The token server, without a slash at the end; '' is the page's own origin. */
  readonly tokenServer: string;
  /** Where this page's own server proves who is calling; none where the token server asks nobody. */
  readonly callerToken?: string | undefined;
  /** Simli's with `ws:` or `wss:`, the others' with `http:` or `https:`. */
  readonly vendors: Readonly<Partial<Record<VendorName, string>>>;
}

const WEB = ['http:', 'https:'];
const SOCKET = ['ws:', 'wss:'];

const environment = import.meta.env as Readonly<Record<string, string | undefined>>;

/** `?server=` before `config.json` before what was built in. Throws a {@link Problem} that names what is no address. */
export async function loadConfig(): Promise<PageConfig> {
  const file = await loadFile();
  const asked = address('?server=', new URLSearchParams(location.search).get('server'), WEB);
  const tokenServer =
    asked ??
    address('tokenServer of config.json', file.tokenServer, WEB) ??
    address('VITE_TOKEN_SERVER', environment['VITE_TOKEN_SERVER'], WEB) ??
    '';
  return {
    tokenServer: tokenServer === location.origin ? '' : tokenServer,
    // Whoever wrote the link must not be who gets the token.
    callerToken: asked === undefined ? file.callerToken : undefined,
    vendors: {
      ...vendorAt('simli', file, 'VITE_SIMLI_WS', SOCKET),
      ...vendorAt('anam', file, 'VITE_ANAM_BASE', WEB),
      ...vendorAt('liveavatar', file, 'VITE_LIVEAVATAR_BASE', WEB),
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

function vendorAt(
  vendor: VendorName,
  { vendors }: ConfigFile,
  variable: string,
  protocols: readonly string[],
): Partial<Record<VendorName, string>> {
  const found =
    address(`vendors.${vendor} of config.json`, vendors?.[vendor], protocols) ??
    address(variable, environment[variable], protocols);
  return found === undefined ? {} : { [vendor]: found };
}

/** The address without slashes at its end; none where nothing was given. */
function address(setting: string, given: unknown, protocols: readonly string[]): string | undefined {
  if (given === null || given === undefined || given === '') return undefined;
  if (typeof given === 'string' && URL.canParse(given) && protocols.includes(new URL(given).protocol)) {
    return given.replace(/\/+$/, '');
  }
  const begins = protocols.map((protocol) => `${protocol}//`).join(' or ');
  throw new Problem(
    'bad_config',
    `This page is set up wrongly: ${setting} is no address.`,
    `It must begin with ${begins}.`,
  );
}
