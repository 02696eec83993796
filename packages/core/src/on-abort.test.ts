import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { onAbort } from './on-abort.ts';

test('all who wait for one signal share one listener, which is gone with the last of them', () => {
  const controller = new AbortController();
  const { signal } = controller;
  const told: number[] = [];
  const stops = Array.from({ length: 30 }, (_, at) => onAbort(signal, () => told.push(at)));
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  for (const stop of stops.slice(2)) stop();
  stops[2]?.();
  controller.abort();
  expect(told).toEqual([0, 1]);
  for (const stop of stops) stop();
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('one function may wait twice, and whoever is told may stop the others', () => {
  const controller = new AbortController();
  let told = 0;
  const count = (): void => {
    told++;
  };
  onAbort(controller.signal, count)();
  onAbort(controller.signal, count);
  const stop = onAbort(controller.signal, count);
  onAbort(controller.signal, count);
  stop();
  controller.abort();
  expect(told).toBe(2);
});

test('without a signal nothing is ever told', () => {
  const stop = onAbort(undefined, () => {
    expect.fail('nobody aborts');
  });
  expect(stop).not.toThrow();
});
