import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { setStage } from '../test/stage.ts';
import { doChores } from './chores.ts';
import type { Watch } from './broker/watch.ts';
import { REAP_MS, SWEEP_MS } from './config/constants.ts';
import { MemoryState } from './state/memory.ts';
import { StateUnavailable } from './state/state.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What is told of chores, for so long, in a state that answers nothing but this error. */
async function toldOf(error: Error, health: 'ok' | 'down', forMs: number): Promise<readonly string[]> {
  class Failing extends MemoryState {
    override due(): Promise<never> {
      return Promise.reject(error);
    }

    override claimTask(): Promise<never> {
      return Promise.reject(error);
    }
  }
  const told: string[] = [];
  const watch: Watch = {
    ...{
      offered: () => undefined,
      granted: () => undefined,
      ended: () => undefined,
      called: () => undefined,
    },
    breaker: () => undefined,
    unknown: () => undefined,
    failed: (what) => told.push(what),
  };
  const listActive = (): Promise<never> => Promise.reject(new Error('is not asked'));
  const { broker } = setStage({
    presets: [],
    keepIn: (now) => new Failing(now),
    liveavatar: { listActive },
  });
  const stop = doChores(broker, { watch, state: { health: () => health } });
  await vi.advanceTimersByTimeAsync(forMs);
  await stop();
  return told;
}

test('each chore that fails is told, and counted, each time', async () => {
  expect(await toldOf(new Error('a defect'), 'ok', 2 * SWEEP_MS)).toEqual(['sweep', 'sweep']);
  expect(await toldOf(new Error('a defect'), 'ok', REAP_MS)).toContain('reap');
});

test('that the state cannot be used is told, and no more while that is known', async () => {
  const gone = new StateUnavailable('gone');
  expect(await toldOf(gone, 'ok', SWEEP_MS)).toEqual(['sweep']);
  expect(await toldOf(gone, 'down', REAP_MS)).toEqual([]);
  expect(await toldOf(new Error('a defect'), 'down', SWEEP_MS)).toEqual(['sweep']);
});
