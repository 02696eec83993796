import { expect, test } from 'vitest';
import type { RawEntry } from './journal.ts';
import { createJournal } from './journal.ts';

const entry: RawEntry = {
  at: 1,
  vendor: 'anam',
  method: 'POST',
  path: '/',
  query: {},
  headers: {},
  status: 200,
  bodyBytes: 2,
  notes: [],
};

test('keeps the last ten thousand, and forgets when told', () => {
  const { journal, record } = createJournal();
  for (let i = 0; i <= 10_000; i += 1) record({ ...entry, at: i });
  expect(journal()).toHaveLength(10_000);
  expect(journal()[0]).toMatchObject({ at: 1 });
  journal.clear();
  expect(journal()).toEqual([]);
});

test('keeps telling headers only, and of a credential only its scheme', () => {
  const { record } = createJournal();
  const headers = {
    'user-agent': 'client/1',
    cookie: 'c=1',
    authorization: 'Bearer the-key',
    'x-api-key': 'the-other',
    'x-simli-api-key': 'third',
  };
  expect(record({ ...entry, headers }).headers).toEqual({
    'user-agent': 'client/1',
    authorization: 'Bearer ***',
    'x-api-key': '***',
    'x-simli-api-key': '***',
  });
  expect(record({ ...entry, headers: { authorization: 'the-key' } }).headers).toEqual({
    authorization: '***',
  });
});

test('keeps no large body, and nothing of the depths of a deep one', () => {
  const { record } = createJournal();
  expect(record({ ...entry, body: {}, bodyBytes: 70_000 }).body).toBe('(70000 bytes, not kept)');
  let deep: unknown = 'bottom';
  for (let i = 0; i < 40; i += 1) deep = [deep];
  expect(JSON.stringify(record({ ...entry, body: deep }).body)).not.toContain('bottom');
});

test('keeps the first fifty notes, counts the others, and keeps none that is long', () => {
  const { record } = createJournal();
  const long = `swallowed: body.${'x'.repeat(5000)}`;
  const many = Array.from({ length: 60_000 }, (_, index) => `swallowed: body.${index}`);
  const { notes } = record({ ...entry, notes: [long, ...many] });
  expect(notes).toHaveLength(51);
  expect(notes.slice(0, 2)).toEqual(['(5016 characters, not kept)', 'swallowed: body.0']);
  expect(notes.at(-1)).toBe('and 59951 more');
});
