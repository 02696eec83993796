import { ConfigError } from '../config/config-error.ts';
import type { TokenServerConfig } from '../config/config.ts';
import { SHORTEST_SCRUBBED_KEY } from '../config/constants.ts';
import { secretsOf } from '../config/secrets.ts';
import { check } from './check.ts';
import { exitCodeOf, lineOf, type Finding } from './finding.ts';

/** `token-server check`: a line for each finding, and the exit status. */
export async function runCheck(
  read: () => Promise<TokenServerConfig>,
  print: (line: string) => void,
): Promise<number> {
  const findings: Finding[] = [];
  let secrets: readonly string[] = [];
  const tell = (finding: Finding): void => {
    findings.push(finding);
    // A vendor may quote a key in what it says, and Redis a password.
    print(secrets.reduce((line, secret) => line.replaceAll(secret, '[key]'), lineOf(finding)));
  };
  try {
    const config = await read();
    secrets = secretsOf(config)
      .map((secret) => secret.reveal())
      .filter(({ length }) => length >= SHORTEST_SCRUBBED_KEY);
    for await (const finding of check(config)) tell(finding);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const message of error.problems) tell({ level: 'wrong', where: 'configuration', message });
  }
  return exitCodeOf(findings);
}
