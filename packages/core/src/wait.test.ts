import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { wait } from './wait.ts';

describe('wait', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('waits, and leaves nothing behind', async () => {
    const { signal } = new AbortController();
    const over = vi.fn();
    const waiting = wait(1_000, signal).then(over);
    await vi.advanceTimersByTimeAsync(999);
    expect(over).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await waiting;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends when the signal is aborted, and leaves nothing behind', async () => {
    const controller = new AbortController();
    const waiting = wait(1_000, controller.signal);
    controller.abort();
    await waiting;
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not begin when the signal was aborted before', async () => {
    await wait(1_000, AbortSignal.abort());
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits for more than a timer can hold, instead of not at all', async () => {
    const over = vi.fn();
    void wait(10_000_000_000, undefined).then(over);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(over).not.toHaveBeenCalled();
  });
});
