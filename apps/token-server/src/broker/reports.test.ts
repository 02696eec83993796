import { expect, test } from 'vitest';
import { admitted } from '../../test/state-sessions.ts';
import { MemoryState } from '../state/memory.ts';
import { StateUnavailable } from '../state/state.ts';
import type { Vendor } from '../vendors/vendor.ts';
import { Reports } from './reports.ts';
import type { Watch } from './watch.ts';

const REPORTED = '6f1f3c1e-7a52-4b43-9d0a-1b7d6f4e2a11';

test('what could not be written down is written down at the next heartbeat', async () => {
  let now = 0;
  const state = new MemoryState(() => now);
  const told: string[] = [];
  const watch: Watch = {
    ...{ granted: () => undefined, ended: () => undefined, called: () => undefined },
    ...{ breaker: () => undefined, unknown: () => undefined },
    failed: (what) => told.push(what),
  };
  const anam: Vendor = {
    name: 'anam',
    capabilities: { stop: false, keepAlive: false },
    mint: () => Promise.reject(new Error('is not asked')),
    confirm: () => Promise.resolve(true),
    close: () => Promise.resolve(),
  };
  const reports = new Reports({ state, vendors: { anam }, watch });
  const record = await admitted(state);
  const change = state.change.bind(state);
  state.change = () => Promise.reject(new StateUnavailable('gone'));
  reports.take(record, REPORTED);
  await expect.poll(() => told).toEqual(['confirm']);
  state.change = change;
  // Long enough that it may be looked into again.
  now += 30_000;
  reports.take(record, REPORTED);
  await expect.poll(async () => (await state.find(record.id))?.vendorSessionId).toBe(REPORTED);
});
