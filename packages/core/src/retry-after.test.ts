import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseHttpDate, retryAfterMs } from './retry-after.ts';

const NOW = Date.UTC(2026, 7, 23, 12, 0, 0);

function told(headers: Readonly<Record<string, string>>): number | undefined {
  return retryAfterMs((name) => headers[name], NOW);
}

describe('retryAfterMs', () => {
  it.each<[string, Readonly<Record<string, string>>, number | undefined]>([
    ['no header', {}, undefined],
    ['milliseconds', { 'retry-after-ms': '250' }, 250],
    ['milliseconds before seconds', { 'retry-after-ms': '250', 'retry-after': '7' }, 250],
    ['seconds, where the milliseconds are garbage', { 'retry-after-ms': 'soon', 'retry-after': '7' }, 7_000],
    ['seconds', { 'retry-after': '7' }, 7_000],
    ['seconds among spaces', { 'retry-after': '  7 ' }, 7_000],
    ['zero', { 'retry-after': '0' }, 0],
    ['two headers, of which the longer wait satisfies both', { 'retry-after': '3, 120' }, 120_000],
    ['two headers of milliseconds', { 'retry-after-ms': '900,100' }, 900],
    ['a date', { 'retry-after': 'Sun, 23 Aug 2026 12:00:05 GMT' }, 5_000],
    ['a date in the past', { 'retry-after': 'Sun, 23 Aug 2026 11:59:00 GMT' }, 0],
    ['a date long past', { 'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT' }, 0],
    [
      'a date, counted from the answer’s own, by a clock that is an hour fast',
      { 'retry-after': 'Sun, 23 Aug 2026 13:00:05 GMT', date: 'Sun, 23 Aug 2026 13:00:00 GMT' },
      5_000,
    ],
    [
      'a date, by a clock that is an hour slow',
      { 'retry-after': 'Sun, 23 Aug 2026 11:00:05 GMT', date: 'Sun, 23 Aug 2026 11:00:00 GMT' },
      5_000,
    ],
    [
      'a date, by a clock that agrees to the whole seconds that are written',
      { 'retry-after': 'Sun, 23 Aug 2026 12:00:05 GMT', date: 'Sun, 23 Aug 2026 11:59:59 GMT' },
      5_000,
    ],
    [
      'a date, where the answer’s own is none',
      { 'retry-after': 'Sun, 23 Aug 2026 12:00:05 GMT', date: '0' },
      5_000,
    ],
    ['seconds, whatever the date', { 'retry-after': '7', date: 'Sun, 23 Aug 2026 11:00:00 GMT' }, 7_000],
    ['nothing', { 'retry-after': '' }, undefined],
    ['a word', { 'retry-after': 'soon' }, undefined],
    ['a negative number', { 'retry-after': '-5' }, undefined],
    ['a negative number of milliseconds', { 'retry-after-ms': '-5' }, undefined],
    ['hexadecimal', { 'retry-after': '0x10' }, undefined],
    ['an exponent', { 'retry-after': '1e3' }, undefined],
    ['Infinity', { 'retry-after': 'Infinity' }, undefined],
    ['a number and a word', { 'retry-after': '5, soon' }, undefined],
    ['a number with its unit', { 'retry-after': '5s' }, undefined],
    ['a date of ISO 8601', { 'retry-after': '2026-08-23T12:00:05Z' }, undefined],
  ])('reads %s', (_, headers, expected) => {
    expect(told(headers)).toBe(expected);
  });

  it('keeps an absurd number a number that can be compared', () => {
    for (const digits of ['9'.repeat(30), '9'.repeat(400)]) {
      expect(told({ 'retry-after': digits })).toBe(Number.MAX_SAFE_INTEGER);
      expect(told({ 'retry-after-ms': digits })).toBe(Number.MAX_SAFE_INTEGER);
    }
  });

  it('answers any text with nothing or with a wait that can be made', () => {
    const header = fc.oneof(fc.string(), fc.stringMatching(/^[\d ,.:GMT-]{0,30}$/));
    fc.assert(
      fc.property(header, header, (milliseconds, value) => {
        const wait = told({ 'retry-after-ms': milliseconds, 'retry-after': value }) ?? 0;
        expect(Number.isFinite(wait) && wait >= 0).toBe(true);
      }),
    );
  });
});

describe('parseHttpDate', () => {
  // RFC 9110, section 5.6.7, has these very examples.
  it.each([
    ['IMF-fixdate', 'Sun, 06 Nov 1994 08:49:37 GMT'],
    ['RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT'],
    ['asctime', 'Sun Nov  6 08:49:37 1994'],
  ])('reads %s', (_, text) => {
    expect(parseHttpDate(text, NOW)).toBe(Date.UTC(1994, 10, 6, 8, 49, 37));
  });

  it('reads what this platform itself writes, to the second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2200, 0, 1) / 1_000 }), (seconds) => {
        expect(parseHttpDate(new Date(seconds * 1_000).toUTCString(), NOW)).toBe(seconds * 1_000);
      }),
    );
  });

  it.each([
    ['a two-digit year up to fifty years ahead is one to come', 'Saturday, 01-Aug-76 00:00:00 GMT', 2076],
    ['and one further ahead is past', 'Monday, 01-Aug-77 00:00:00 GMT', 1977],
  ])('%s', (_, text, year) => {
    expect(parseHttpDate(text, NOW)).toBe(Date.UTC(year, 7, 1));
  });

  it('takes a leap second, and a leap day in a leap year', () => {
    expect(parseHttpDate('Sat, 31 Dec 2016 23:59:60 GMT', NOW)).toBe(Date.UTC(2017, 0, 1));
    expect(parseHttpDate('Thu, 29 Feb 2024 00:00:00 GMT', NOW)).toBe(Date.UTC(2024, 1, 29));
  });

  it.each([
    'Sun, 29 Feb 2026 00:00:00 GMT',
    'Wed, 31 Jun 2026 00:00:00 GMT',
    'Sun, 00 Aug 2026 00:00:00 GMT',
    'Sun, 23 Aug 2026 24:00:00 GMT',
    'Sun, 23 Aug 2026 12:60:00 GMT',
    'Sun, 23 Aug 2026 12:00:61 GMT',
    'Sun, 23 Foo 2026 12:00:00 GMT',
    'Sun, 23 Aug 2026 12:00:00 PST',
    'Sun, 23 Aug 2026 12:00:00',
    'Sun, 23 Aug 26 12:00:00 GMT',
    '23 Aug 2026 12:00:00 GMT',
    'sun, 23 aug 2026 12:00:00 gmt',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun Nov 6 08:49:37 1994',
    '5',
    '',
  ])('refuses %o', (text) => {
    expect(parseHttpDate(text, NOW)).toBeUndefined();
  });
});

test('a fraction of a second is no delay-seconds, and is a number of milliseconds', () => {
  const header =
    (name: string) =>
    (value: string) =>
    (asked: string): string | undefined =>
      asked === name ? value : undefined;
  expect(retryAfterMs(header('retry-after')('1.5'), 0)).toBeUndefined();
  expect(retryAfterMs(header('retry-after-ms')('1.5'), 0)).toBe(1.5);
});
