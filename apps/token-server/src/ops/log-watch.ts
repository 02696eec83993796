import type { Watch } from '../broker/watch.ts';
import type { Logger } from './logger.ts';

/** Writes what the broker does into the log. Grants and receipts are audit events: who had what, and why it ended. */
export function logWatch(logger: Logger): Watch {
  return {
    offered: () => undefined,
    granted: ({ id, caller, preset, vendor, warm }) => {
      logger.info({ audit: 'granted', session: id, caller, preset, vendor, warm }, 'session granted');
    },
    ended: (receipt) => {
      logger.info({ audit: 'ended', ...receipt }, 'session ended');
      // The store is told next that this receipt is written.
      logger.flush();
    },
    called: () => undefined,
    failed: (what, error, about) => {
      logger.warn({ ...about, error }, `failed: ${what}`);
    },
    breaker: (vendor, state) => {
      logger.warn({ vendor, breaker: state }, 'breaker');
    },
    unknown: (vendor, count, stopped) => {
      if (count === undefined || count === 0) return;
      logger.warn({ vendor, count, stopped }, 'sessions run at the vendor that nobody here granted');
    },
  };
}
