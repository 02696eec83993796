import type { CallOptions, ClientOptions, Hooks } from '@org/core';
import { STOP_ATTEMPT_MS, STOP_DEADLINE_MS, VENDOR_DEADLINE_MS } from '../config/constants.ts';
import type { Account } from '../config/environment.ts';

/** What all three clients are made with. */
export function clientOptions({ apiKey, baseUrl }: Account, hooks?: Hooks): ClientOptions {
  return { apiKey, baseUrl, hooks, deadlineMs: VENDOR_DEADLINE_MS };
}

/** What each call is made with that stops a session or keeps it alive. */
export const TENDING: CallOptions = { deadlineMs: STOP_DEADLINE_MS, attemptTimeoutMs: STOP_ATTEMPT_MS };
