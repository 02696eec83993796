import { STOP_AGAIN_MS } from '../config/constants.ts';
import type { SessionRecord } from '../state/state.ts';

/** What is known of a session that was to be stopped. */
interface Known {
  readonly stopped: boolean;
  /** Whether the session that was granted is over. */
  readonly proven: boolean;
}

/** Whether it goes on counting, and for how long, or how much it used. */
export function verdictOn(
  { startedAt, expiresAt, trustPages, unread }: SessionRecord,
  now: number,
  { stopped, proven }: Known,
): { waitMs: number } | { usedSeconds: number } {
  const granted = startedAt !== undefined;
  const over = now >= expiresAt;
  // It still runs and still counts.
  if (!stopped && !over) return { waitMs: STOP_AGAIN_MS };
  // Nobody can check that it is over, and whoever has its token may begin it: it counts until its own cap has ended it,
  // unless pages are trusted, with their silence as with their word.
  if (granted && unread !== true && !proven && trustPages !== true && !over)
    return { waitMs: expiresAt - now };
  return { usedSeconds: secondsSince(startedAt, now) };
}

/** What a session has used, if it was granted at all. */
export function secondsSince(startedAt: number | undefined, now: number): number {
  return startedAt === undefined ? 0 : Math.max(0, Math.ceil((now - startedAt) / 1_000));
}
