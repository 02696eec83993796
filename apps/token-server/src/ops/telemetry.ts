import type { Hooks } from '@org/core';
import { ConfigError } from '../config/config-error.ts';

/**
 * Spans and durations of the calls to vendors, to whatever SDK the owner has loaded (`node --import`): the server
 * brings none. Rejects with a {@link ConfigError} when OpenTelemetry's API is not installed.
 */
export async function openTelemetry(): Promise<Hooks> {
  try {
    const { openTelemetryHooks } = await import('@org/core/opentelemetry');
    return openTelemetryHooks();
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new ConfigError([
      'OPENTELEMETRY is 1, and @opentelemetry/api is not installed: install it beside the server, or leave OPENTELEMETRY out.',
    ]);
  }
}
