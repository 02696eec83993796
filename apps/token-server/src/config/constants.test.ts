import { expect, test } from 'vitest';
import * as constants from './constants.ts';

test('the times fit into each other', () => {
  const { HEADERS_TIMEOUT_MS, REQUEST_TIMEOUT_MS, KEEP_ALIVE_TIMEOUT_MS, VENDOR_DEADLINE_MS } = constants;
  const { DRAIN_MS, LEAST_TIDY_MS, LOG_END_MS } = constants;
  // Node swaps the two otherwise.
  expect(HEADERS_TIMEOUT_MS).toBeLessThanOrEqual(REQUEST_TIMEOUT_MS);
  // A usual balancer's idle timeout.
  expect(KEEP_ALIVE_TIMEOUT_MS).toBeGreaterThan(60_000);
  expect(VENDOR_DEADLINE_MS).toBeLessThan(DRAIN_MS);
  // What the README promises: less than a usual orchestrator's grace of 30 seconds.
  expect(DRAIN_MS + LEAST_TIDY_MS + LOG_END_MS).toBeLessThanOrEqual(28_000);
});
