/**
 * Serves the built page on this machine: files, its configuration, and headers that let it speak to nobody else. It
 * forwards nothing; the page speaks to the token server and the vendors itself.
 *
 * @module
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConfigFile } from './config-file.ts';

export interface ServeDemoOptions {
  /** The port on 127.0.0.1; 0, the default, takes any free one. */
  readonly port?: number;
  /** With `http:` or `https:`; may carry a path. */
  readonly tokenServerUrl: string;
  /**
   * Proves to the token server who is calling: a short-lived JWT, say. It is asked for as often as the page needs one,
   * and is given to this page alone.
   */
  readonly callerToken?: () => string | Promise<string>;
  /** The vendors that are the sandbox, by their `http:` addresses; the others are the vendors themselves. */
  readonly sandbox?: {
    readonly simli?: { readonly baseUrl: string };
    readonly anam?: { readonly baseUrl: string };
    readonly liveavatar?: { readonly baseUrl: string };
  };
  /** Where the built page is, if not beside this file. */
  readonly root?: string;
}

export interface ServedDemo {
  readonly url: string;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const TEXT = 'text/plain; charset=utf-8';
const CALLER_TOKEN = '/caller-token';
const OWN_HOST = /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/;

/**
 * Whom the vendors' SDKs call. Anam and LiveAvatar name the host of a session's media only in the answer that begins
 * it, hence the two schemes.
 */
const PRODUCTION: Readonly<Record<'simli' | 'anam' | 'liveavatar', readonly string[]>> = {
  simli: ['https://api.simli.ai', 'wss://api.simli.ai', 'https://*.livekit.cloud', 'wss://*.livekit.cloud'],
  anam: ['https:', 'wss:'],
  liveavatar: ['https:', 'wss:'],
};

const VENDORS = ['simli', 'anam', 'liveavatar'] as const;

/** Serves until it is closed. Rejects when it cannot listen, and with the name of an option that is no good. */
export async function serveDemo(options: ServeDemoOptions): Promise<ServedDemo> {
  checkAddresses(options);
  const site: Site = {
    root: resolve(options.root ?? fileURLToPath(new URL('page', import.meta.url))),
    headers: securityHeaders(options),
    config: JSON.stringify(configOf(options)),
    callerToken: options.callerToken,
  };
  const server = createServer((request, response) => {
    answer(request, response, site).catch(() => {
      response.writeHead(500, site.headers).end();
    });
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has an address with a port');
  return {
    url: `http://127.0.0.1:${bound.port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function checkAddresses({ tokenServerUrl, sandbox = {} }: ServeDemoOptions): void {
  checkAddress('tokenServerUrl', tokenServerUrl);
  for (const vendor of VENDORS) {
    const endpoint = sandbox[vendor];
    if (endpoint !== undefined) checkAddress(`sandbox.${vendor}.baseUrl`, endpoint.baseUrl);
  }
}

/** Or the page would ask itself, under a policy that lets it speak to nobody. */
function checkAddress(option: string, given: string): void {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  const more = url && [url.username, url.password, url.search, url.hash].join('');
  if (isWeb && more === '') return;
  // Not quoted, since it may hold a password.
  const wanted = 'must be an address with http: or https:, such as http://127.0.0.1:8787';
  throw new TypeError(`${option}: ${wanted}, without a user, a query or a fragment`);
}

interface Site {
  readonly root: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly config: string;
  readonly callerToken: ServeDemoOptions['callerToken'];
}

async function answer(
  { method, url = '/', headers: asked }: IncomingMessage,
  response: ServerResponse,
  { root, headers, config, callerToken }: Site,
): Promise<void> {
  // A page of another site that has its name point here would be let read everything, the caller's token too.
  if (!OWN_HOST.test(asked.host ?? '')) {
    response.writeHead(421, { ...headers, 'Content-Type': TEXT }).end('Ask for 127.0.0.1 or localhost\n');
    return;
  }
  if (method !== 'GET' && method !== 'HEAD') {
    response.writeHead(405, { ...headers, Allow: 'GET, HEAD' }).end();
    return;
  }
  // Not as a URL: that would take what follows `//` for a host.
  const pathname = url.replace(/[?#].*$/, '');
  if (pathname === '/config.json') {
    response.writeHead(200, { ...headers, 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
    response.end(config);
    return;
  }
  if (pathname === CALLER_TOKEN && callerToken !== undefined) {
    await answerCallerToken(response, headers, callerToken);
    return;
  }
  const file = pathname === '/' ? 'index.html' : pathname.slice(1);
  const body = await read(root, file);
  if (body === undefined) {
    response.writeHead(404, { ...headers, 'Content-Type': TEXT }).end('Not found\n');
    return;
  }
  response.writeHead(200, {
    ...headers,
    'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
    // What Vite builds has its content's hash in its name.
    'Cache-Control': file.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  response.end(body);
}

async function answerCallerToken(
  response: ServerResponse,
  headers: Site['headers'],
  callerToken: NonNullable<Site['callerToken']>,
): Promise<void> {
  const own = { ...headers, 'Content-Type': TEXT, 'Cache-Control': 'no-store' };
  try {
    const token = await callerToken();
    response.writeHead(200, own).end(token);
  } catch (error) {
    console.error('The demo has no token for its caller:', error);
    response.writeHead(503, own).end('There is no token\n');
  }
}

/** The file, if it is one of the page's own. */
async function read(root: string, file: string): Promise<Buffer | undefined> {
  let path: string;
  try {
    path = join(root, decodeURIComponent(file));
  } catch {
    return undefined;
  }
  if (!path.startsWith(root + sep) || path.includes('\0')) return undefined;
  return readFile(path).catch(() => undefined);
}

function configOf({ tokenServerUrl, callerToken, sandbox = {} }: ServeDemoOptions): ConfigFile {
  const { simli, anam, liveavatar } = sandbox;
  return {
    tokenServer: tokenServerUrl,
    ...(callerToken && { callerToken: `.${CALLER_TOKEN}` }),
    vendors: {
      ...(simli && { simli: webSocketOf(simli.baseUrl) }),
      ...(anam && { anam: anam.baseUrl }),
      ...(liveavatar && { liveavatar: liveavatar.baseUrl }),
    },
  };
}

const webSocketOf = (url: string): string => url.replace(/^http/, 'ws');

function securityHeaders({ tokenServerUrl, sandbox = {} }: ServeDemoOptions): Record<string, string> {
  const vendors = VENDORS.flatMap((vendor) => {
    const endpoint = sandbox[vendor];
    if (endpoint === undefined) return PRODUCTION[vendor];
    const { origin } = new URL(endpoint.baseUrl);
    return [origin, webSocketOf(origin)];
  });
  const policy = {
    'default-src': ["'none'"],
    // Simli's SDK makes its AudioWorklet from a blob.
    'script-src': ["'self'", 'blob:'],
    'worker-src': ["'self'", 'blob:'],
    'style-src': ["'self'"],
    'img-src': ["'self'", 'data:'],
    'media-src': ["'self'", 'blob:'],
    'connect-src': ["'self'", ...new Set([new URL(tokenServerUrl).origin, ...vendors])],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'none'"],
  };
  return {
    'Content-Security-Policy': Object.entries(policy)
      .map(([name, sources]) => `${name} ${sources.join(' ')}`)
      .join('; '),
    'Permissions-Policy': 'microphone=(self), camera=(), geolocation=()',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
}
