import { expect, test } from 'vitest';
import { clock, elapsed, Timeline, type TimelineEntry } from './timeline.ts';

test('entries are counted from the first one', () => {
  let now = 5000;
  let shown: readonly TimelineEntry[] = [];
  const timeline = new Timeline(
    (entries) => {
      shown = entries;
    },
    () => now,
  );
  expect(timeline.note('Connect')).toBe(0);
  now = 5340;
  expect(timeline.note('First frame', 'good')).toBe(340);
  expect(shown).toEqual([
    { atMs: 0, text: 'Connect', tone: 'plain' },
    { atMs: 340, text: 'First frame', tone: 'good' },
  ]);
  timeline.restart();
  expect(shown).toEqual([]);
  now = 9000;
  expect(timeline.note('Connect')).toBe(0);
});

test('a long session keeps its beginning and its end', () => {
  const timeline = new Timeline(() => undefined);
  for (let index = 0; index < 1000; index += 1) timeline.note(String(index));
  const texts = timeline.entries.map(({ text }) => text);
  expect(texts).toHaveLength(200);
  expect(texts.slice(0, 3)).toEqual(['0', '1', '2']);
  expect(texts.at(-1)).toBe('999');
});

test('times as people read them', () => {
  expect([0, 339.6, 999, 1000, 2449, 59_990, 65_000, 3_600_000].map(elapsed)).toEqual([
    '0 ms',
    '340 ms',
    '999 ms',
    '1.0 s',
    '2.4 s',
    '59.9 s',
    '1:05',
    '1:00:00',
  ]);
  expect([-3, 0, 7, 599, 600, 3661].map(clock)).toEqual(['0:00', '0:00', '0:07', '9:59', '10:00', '1:01:01']);
});
