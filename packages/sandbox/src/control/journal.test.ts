import { expect, test } from 'vitest';
import { createJournal, type JournalEntry, type RawEntry } from './journal.ts';

const entry: RawEntry = {
  at: 1,
  vendor: 'anam',
  method: 'POST',
  path: '/',
  query: {},
  headers: {},
  bodyBytes: 2,
  notes: [],
};

/** Of a journal of its own. */
const entryOf = (raw: Partial<RawEntry>): JournalEntry => {
  const { journal, record } = createJournal();
  record({ ...entry, ...raw });
  const [recorded] = journal();
  if (!recorded) throw new Error('nothing was recorded');
  return recorded;
};

test('keeps a request from its arrival, and its answer when there is one', () => {
  const { journal, record } = createJournal();
  const complete = record({ ...entry, notes: ['fault: delayMs 9'] });
  record({ ...entry, at: 2 });
  expect(journal()).toMatchObject([{ at: 1, notes: ['fault: delayMs 9'] }, { at: 2 }]);
  expect(journal()[0]).not.toHaveProperty('status');
  expect(complete(200, ['swallowed: body'])).toMatchObject({ status: 200, notes: ['swallowed: body'] });
  expect(journal()).toMatchObject([{ at: 1, status: 200, notes: ['swallowed: body'] }, { at: 2 }]);
  journal.clear();
  complete(500, []);
  expect(journal()).toEqual([]);
});

test('keeps the last ten thousand, and forgets when told', () => {
  const { journal, record } = createJournal();
  for (let i = 0; i <= 10_000; i += 1) record({ ...entry, at: i });
  expect(journal()).toHaveLength(10_000);
  expect(journal()[0]).toMatchObject({ at: 1 });
  journal.clear();
  expect(journal()).toEqual([]);
});

test('keeps telling headers only, and of a credential only its scheme', () => {
  const headers = {
    'user-agent': 'client/1',
    cookie: 'c=1',
    authorization: 'Bearer the-key',
    'x-api-key': 'the-other',
    'x-simli-api-key': 'third',
  };
  expect(entryOf({ headers }).headers).toEqual({
    'user-agent': 'client/1',
    authorization: 'Bearer ***',
    'x-api-key': '***',
    'x-simli-api-key': '***',
  });
  expect(entryOf({ headers: { authorization: 'the-key' } }).headers).toEqual({
    authorization: '***',
  });
});

test('keeps no large body, and nothing of the depths of a deep one', () => {
  expect(entryOf({ body: {}, bodyBytes: 70_000 }).body).toBe('(70000 bytes, not kept)');
  let deep: unknown = 'bottom';
  for (let i = 0; i < 40; i += 1) deep = [deep];
  expect(JSON.stringify(entryOf({ body: deep }).body)).not.toContain('bottom');
});

test('keeps the first fifty notes, counts the others, and keeps none that is long', () => {
  const long = `swallowed: body.${'x'.repeat(5000)}`;
  const many = Array.from({ length: 60_000 }, (_, index) => `swallowed: body.${index}`);
  const { notes } = entryOf({ notes: [long, ...many] });
  expect(notes).toHaveLength(51);
  expect(notes.slice(0, 2)).toEqual(['(5016 characters, not kept)', 'swallowed: body.0']);
  expect(notes.at(-1)).toBe('and 59951 more');
});
