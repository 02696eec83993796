import { CLOCKS_AGREE_MS } from './constants.ts';

/**
 * How long an answer asks to wait, in milliseconds, or `undefined` when it does not say so in a form that can be
 * trusted: `retry-after-ms`, then `Retry-After` as whole seconds or as an HTTP date (RFC 9110, section 10.2.3).
 * A date is counted by the clock that wrote it, where the answer's own `Date` says that this machine's is another; one
 * in the past is a wait of 0.
 *
 * @param now this machine's time, in milliseconds since 1970
 */
export function retryAfterMs(header: (name: string) => string | undefined, now: number): number | undefined {
  const milliseconds = longestOf(header('retry-after-ms'), /^\d+(\.\d+)?$/);
  if (milliseconds !== undefined) return milliseconds;
  const value = header('retry-after');
  const seconds = longestOf(value, /^\d+$/);
  if (seconds !== undefined) return Math.min(seconds * 1_000, Number.MAX_SAFE_INTEGER);
  const date = dateIn(value, now);
  return date === undefined ? undefined : Math.max(0, date - theirNow(header('date'), now));
}

function theirNow(written: string | undefined, now: number): number {
  const date = dateIn(written, now) ?? now;
  return Math.abs(date - now) > CLOCKS_AGREE_MS ? date : now;
}

function dateIn(value: string | undefined, now: number): number | undefined {
  return value === undefined ? undefined : parseHttpDate(value.trim(), now);
}

// The header of a vendor and that of a proxy arrive as one list; the longer wait satisfies both.
function longestOf(value: string | undefined, form: RegExp): number | undefined {
  const waits = value?.split(',').map((wait) => wait.trim()) ?? [];
  if (waits.length === 0 || !waits.every((wait) => form.test(wait))) return undefined;
  return Math.min(Math.max(...waits.map(Number)), Number.MAX_SAFE_INTEGER);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const TIME = '(\\d{2}):(\\d{2}):(\\d{2})';
const IMF_FIXDATE = new RegExp(`^${DAY}, (\\d{2}) ([A-Z][a-z]{2}) (\\d{4}) ${TIME} GMT$`);
const RFC_850 = new RegExp(
  `^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\\d{2})-([A-Z][a-z]{2})-(\\d{2}) ${TIME} GMT$`,
);
const ASCTIME = new RegExp(`^${DAY} ([A-Z][a-z]{2}) ([ \\d]\\d) ${TIME} (\\d{4})$`);

/**
 * The three forms of RFC 9110, section 5.6.7, and no others: `Date.parse` would read `5` as a day in 2001.
 */
export function parseHttpDate(text: string, now: number): number | undefined {
  const fixed = IMF_FIXDATE.exec(text);
  if (fixed) return timeOf(fixed[3], fixed[2], fixed[1], fixed.slice(4));
  const old = RFC_850.exec(text);
  if (old) return timeOf(String(fullYear(Number(old[3]), now)), old[2], old[1], old.slice(4));
  const asctime = ASCTIME.exec(text);
  if (asctime) return timeOf(asctime[6], asctime[1], asctime[2], asctime.slice(3, 6));
  return undefined;
}

function timeOf(
  year: string | undefined,
  monthName: string | undefined,
  day: string | undefined,
  clock: readonly (string | undefined)[],
): number | undefined {
  const month = MONTHS.indexOf(monthName ?? '');
  const [hours, minutes, seconds] = clock.map(Number);
  if (month < 0 || hours === undefined || minutes === undefined || seconds === undefined) return undefined;
  // A leap second is legal; a 31st of June is not, and Date.UTC would quietly make it July.
  if (hours > 23 || minutes > 59 || seconds > 60) return undefined;
  const time = Date.UTC(Number(year), month, Number(day), hours, minutes, seconds);
  return new Date(Date.UTC(Number(year), month, Number(day))).getUTCDate() === Number(day) ? time : undefined;
}

// RFC 9110: two digits that seem more than 50 years ahead are the most recent such year in the past.
function fullYear(twoDigits: number, now: number): number {
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + 50 ? year - 100 : year;
}
