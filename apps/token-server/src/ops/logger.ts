import { isAvatarError, type Secret } from '@org/core';
import { pino, stdTimeFunctions, type Logger } from 'pino';
import type { LogLevel } from '../config/environment.ts';
import { scrubberOf } from '../config/secrets.ts';
import type { LogDestination } from './log-output.ts';

export type { Logger } from 'pino';

/**
 * All that is logged of one request. A list of what may be said, and not of what is hidden: no path (only the
 * pattern of its route), no query, no header, no body.
 */
export interface RequestRecord {
  request_id?: string;
  method?: string;
  route?: string;
  status?: number;
  ms?: number;
  /** Who called, by their proof. */
  caller?: string;
  session?: string;
  preset?: string;
  vendor?: string;
  /** The answer was the one kept for its Idempotency-Key. */
  replayed?: boolean;
  /** Our code for the problem that was answered. */
  code?: string;
  error?: unknown;
}

/**
 * A logger that writes lines of JSON. The keys are taken out of every line: a vendor may quote one in any field of its
 * answer.
 */
export function createLogger(level: LogLevel, keys: readonly Secret[], destination: LogDestination): Logger {
  // As they stand in JSON.
  const scrub = scrubberOf(keys.map((key) => JSON.stringify(key.reveal()).slice(1, -1)));
  return pino(
    {
      level,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: shownOf },
      hooks: { streamWrite: scrub },
    },
    destination,
  );
}

/** What is logged of an error: an allow-list again. */
function shownOf(error: unknown): unknown {
  if (isAvatarError(error)) {
    const { code, operation, status, vendorCode, vendorMessage, issues, attempts } = error;
    return { code, operation, status, vendorCode, vendorMessage, issues, attempts };
  }
  if (!(error instanceof Error)) return { name: typeof error };
  // An unexpected error's message may quote what it choked on; where it happened is what mends it.
  const places = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return { name: error.name, stack: places?.join('\n') };
}
