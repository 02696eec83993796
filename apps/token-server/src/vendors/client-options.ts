import type { ClientOptions, Hooks } from '@org/core';
import { VENDOR_DEADLINE_MS } from '../config/constants.ts';
import type { Account } from '../config/environment.ts';

/** What all three clients are made with. */
export function clientOptions({ apiKey, baseUrl }: Account, hooks?: Hooks): ClientOptions {
  return { apiKey, baseUrl, hooks, deadlineMs: VENDOR_DEADLINE_MS };
}
