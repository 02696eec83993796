import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { deadlineOf } from './deadline.ts';

test('aborts with the caller, and says that it was the caller', () => {
  const caller = new AbortController();
  using deadline = deadlineOf(caller.signal, 60_000);
  expect(deadline.signal.aborted).toBe(false);
  caller.abort();
  expect([deadline.signal.aborted, deadline.passed]).toEqual([true, false]);
  using late = deadlineOf(caller.signal, 60_000);
  expect([late.signal.aborted, late.passed]).toEqual([true, false]);
});

test('aborts when the time is up', async () => {
  using deadline = deadlineOf(new AbortController().signal, 1);
  await expect.poll(() => deadline.signal.aborted).toBe(true);
  expect(deadline.passed).toBe(true);
});

test('does nothing any more once it is disposed of', async () => {
  const caller = new AbortController();
  const deadline = deadlineOf(caller.signal, 1);
  deadline[Symbol.dispose]();
  caller.abort();
  await wait(20);
  expect([deadline.signal.aborted, deadline.passed]).toEqual([false, false]);
});
