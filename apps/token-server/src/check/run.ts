import { ConfigError } from '../config/config-error.ts';
import type { TokenServerConfig } from '../config/config.ts';
import { scrubberOf, secretsOf } from '../config/secrets.ts';
import { check } from './check.ts';
import { exitCodeOf, lineOf, type Finding } from './finding.ts';

/** `token-server check`: a line for each finding, and the exit status. */
export async function runCheck(
  read: () => Promise<TokenServerConfig>,
  print: (line: string) => void,
): Promise<number> {
  const findings: Finding[] = [];
  let scrub = scrubberOf([]);
  const tell = (finding: Finding): void => {
    findings.push(finding);
    // A vendor may quote a key in what it says, and Redis a password.
    print(scrub(lineOf(finding)));
  };
  try {
    const config = await read();
    scrub = scrubberOf(secretsOf(config).map((secret) => secret.reveal()));
    for await (const finding of check(config)) tell(finding);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const message of error.problems) tell({ level: 'wrong', where: 'configuration', message });
  }
  return exitCodeOf(findings);
}
