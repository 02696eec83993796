import { DAY_MS } from './state.ts';

/**
 * Ids of sessions that one process alone knows. Each says when it was made, and by which process, so that nobody else
 * takes its session for one that is over:
 *
 *     ssssssss-rrrr-8rrr-rrrr-pppppppppppp    s: seconds since 1970, p: the process, r: random
 *
 * That is a UUID of version 8, which is free for a meaning of one's own (RFC 9562); all other ids are random ones (4).
 *
 * @module
 */

const LOCAL = /^([\da-f]{8})-[\da-f]{4}-8[\da-f]{3}-[\da-f]{4}-([\da-f]{12})$/;

/** Longer than any process knows a session: its lease is a day and some minutes, and a lost one is kept a day more. */
const LONGEST_MS = 3 * DAY_MS;

/** What a process puts into its ids. */
export function processTag(): string {
  return crypto.randomUUID().slice(24);
}

/** A random id as one of this process. */
export function localIdOf(id: string, tag: string, now: number): string {
  const seconds = Math.floor(now / 1_000)
    .toString(16)
    .padStart(8, '0');
  return `${seconds}${id.slice(8, 14)}8${id.slice(15, 24)}${tag}`;
}

export function isLocalId(id: string): boolean {
  return LOCAL.test(id);
}

/** Whether another process may know its session. */
export function mayBeElsewhere(id: string, tag: string, now: number): boolean {
  const [, seconds, madeBy] = LOCAL.exec(id) ?? [];
  if (seconds === undefined || madeBy === tag) return false;
  return Math.abs(now - Number.parseInt(seconds, 16) * 1_000) < LONGEST_MS;
}
