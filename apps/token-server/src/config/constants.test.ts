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
  // A last stop that hangs is tried once more, half a second later at most.
  const { STOP_ATTEMPT_MS, LAST_STOPS_MS } = constants;
  expect(STOP_ATTEMPT_MS + 500).toBeLessThan(LAST_STOPS_MS);
  // After 5 minutes LiveAvatar ends a session that was not kept alive.
  const { KEEP_ALIVE_EVERY_MS, LONGEST_KEPT_ALIVE_SILENCE_SECONDS } = constants;
  expect(KEEP_ALIVE_EVERY_MS + LONGEST_KEPT_ALIVE_SILENCE_SECONDS * 1_000).toBeLessThan(300_000);
  // What the README promises: less than a usual orchestrator's grace of 30 seconds.
  expect(DRAIN_MS + LEAST_TIDY_MS + LOG_END_MS).toBeLessThanOrEqual(28_000);
});
