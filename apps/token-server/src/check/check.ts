import type { TokenServerConfig } from '../config/config.ts';
import { openTelemetry } from '../ops/telemetry.ts';
import { callerFindings } from './caller-findings.ts';
import type { Finding } from './finding.ts';
import { presetFindings } from './preset-findings.ts';
import { redisFindings } from './redis-findings.ts';

/** Tries all that the configuration points to, and tells what it finds as it goes. Nothing of it is billed. */
export async function* check(config: TokenServerConfig): AsyncGenerator<Finding> {
  // Refused as it is at a start.
  if (config.openTelemetry === true) await openTelemetry();
  if (config.redis !== undefined) yield* redisFindings(config.redis);
  yield* callerFindings(config);
  yield* presetFindings(config);
}
