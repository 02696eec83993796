import { runCheck } from '../src/check/run.ts';
import type { TokenServerConfig } from '../src/config/config.ts';

/** What a check prints of these settings, and how it ends; they point to nothing but what is given. */
export async function checked(
  settings: Partial<TokenServerConfig>,
): Promise<{ readonly code: number; readonly lines: readonly string[] }> {
  const lines: string[] = [];
  const config: TokenServerConfig = {
    host: '127.0.0.1',
    port: 0,
    dev: true,
    logLevel: 'info',
    accounts: {},
    presets: [],
    ...settings,
  };
  const code = await runCheck(
    () => Promise.resolve(config),
    (line) => lines.push(line),
  );
  return { code, lines };
}
