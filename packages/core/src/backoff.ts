import {
  BACKOFF_BASE_MS,
  BACKOFF_BUSY_BASE_MS,
  BACKOFF_MAX_MS,
  BUSY_STATUSES,
  WAIT_FLOOR_MS,
} from './constants.ts';

/**
 * The wait before a retry, in milliseconds: drawn evenly from 0 to a step that doubles each time (full jitter),
 * and never shorter than the floor.
 *
 * @param retry which retry it is, from 0
 * @param status of the answer that failed, if there was one
 * @param random a number from 0 to 1, 1 excluded
 */
export function backoffMs(retry: number, status: number | undefined, random: number): number {
  const base =
    status !== undefined && BUSY_STATUSES.includes(status) ? BACKOFF_BUSY_BASE_MS : BACKOFF_BASE_MS;
  const step = Math.min(BACKOFF_MAX_MS, base * 2 ** retry);
  return Math.max(WAIT_FLOOR_MS, random * step);
}
