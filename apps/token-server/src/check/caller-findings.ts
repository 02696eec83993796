import type { TokenServerConfig } from '../config/config.ts';
import type { Preset } from '../config/presets.ts';
import type { ServiceKey } from '../config/service-keys.ts';
import type { Finding } from './finding.ts';
import { jwksFindings } from './jwks-findings.ts';

/** Whether anybody can call, and is told from the others. */
export async function* callerFindings({
  callers: { jwt, serviceKeysFile } = {},
  serviceKeys = [],
  presets,
}: TokenServerConfig): AsyncGenerator<Finding> {
  if (jwt !== undefined && 'jwksUrl' in jwt.keys) yield* await jwksFindings(jwt.keys.jwksUrl, jwt.algorithms);
  if (jwt === undefined && serviceKeysFile !== undefined) yield* keyFindings(serviceKeys, presets);
}

/** What a JWT allows is known only when it comes; what the keys do is known now. */
function* keyFindings(keys: readonly ServiceKey[], presets: readonly Preset[]): Generator<Finding> {
  if (keys.length === 0) {
    yield { level: 'wrong', where: 'SERVICE_KEYS_FILE', message: 'has no key in it, so nobody can call' };
    return;
  }
  for (const { name, scopes = [] } of presets) {
    if (keys.some((key) => scopes.every((scope) => key.scopes.includes(scope)))) continue;
    yield {
      level: 'wrong',
      where: `presets.${name}.scopes`,
      message: `no key in SERVICE_KEYS_FILE may use it: give one the scopes ${JSON.stringify(scopes)}`,
    };
  }
}
