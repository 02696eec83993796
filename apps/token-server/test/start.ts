import { Secret } from '@org/core';
import { fileURLToPath } from 'node:url';
import type { TokenServerConfig } from '../src/config/config.ts';
import type { Accounts } from '../src/config/environment.ts';
import { loadPresets } from '../src/config/presets.ts';
import { createTokenServer, type TokenServer } from '../src/server.ts';
import { presetRules } from '../src/vendors/vendors.ts';

export const EXAMPLE: string = fileURLToPath(new URL('../presets.example.yaml', import.meta.url));

export const KEYS = {
  simli: 'simli-test-key',
  anam: 'anam-test-key',
  liveavatar: 'liveavatar-test-key',
} as const;

/** All three vendors at one address. */
export function accountsAt(baseUrl: string): Required<Accounts> {
  return {
    simli: { apiKey: new Secret(KEYS.simli), baseUrl },
    anam: { apiKey: new Secret(KEYS.anam), baseUrl },
    liveavatar: { apiKey: new Secret(KEYS.liveavatar), baseUrl },
  };
}

export interface Started extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly server: TokenServer;
  /** Everything that was logged, line by line. */
  readonly lines: readonly string[];
  /** The line of the log about the latest request. */
  lastRequest(): unknown;
}

/** A token server on a free port, with the example's presets unless told otherwise. */
export async function start(
  accounts: Required<Accounts>,
  given: Partial<TokenServerConfig> = {},
): Promise<Started> {
  const lines: string[] = [];
  const presets = given.presets ?? (await loadPresets(EXAMPLE, presetRules, accounts));
  const config = {
    host: '127.0.0.1',
    port: 0,
    dev: true,
    logLevel: 'trace',
    accounts,
    ...given,
    presets,
  } as const;
  const server = createTokenServer(config, { logTo: { write: (line) => lines.push(line) } });
  const { url, port } = await server.listen();
  return {
    url,
    port,
    server,
    lines,
    lastRequest: () => lines.map((line): unknown => JSON.parse(line)).findLast(isAboutRequest),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

function isAboutRequest(line: unknown): boolean {
  return typeof line === 'object' && line !== null && 'msg' in line && line.msg === 'request';
}
