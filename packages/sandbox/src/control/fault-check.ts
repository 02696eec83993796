import { operations } from '../contracts/operations.ts';
import { vendors } from '../vendor.ts';
import type { Fault } from './faults.ts';

interface Kind {
  readonly takes: string;
  readonly does: string;
  /** Why a value is wrong; undefined when it is right. */
  readonly problem: (value: unknown) => string | undefined;
}

const must =
  (rule: string, holds: (value: unknown) => boolean) =>
  (value: unknown): string | undefined =>
    holds(value) ? undefined : `must be ${rule}`;

const whole = (value: unknown, from: number, to: number): boolean =>
  Number.isInteger(value) && (value as number) >= from && (value as number) <= to;

const MAX_DELAY_MS = 600_000;
const MAX_OVERSIZED = 1_073_741_824;

// A line break in a header's value would end the header: Node refuses it, and so does this, earlier.
const headerText = (value: unknown): boolean => typeof value === 'string' && /^[\t\x20-\x7e]+$/.test(value);

/** Every kind of fault by the field that names it. */
export const faultKinds: Readonly<Record<string, Kind>> = {
  status: {
    takes: '`status`, `body?`, `headers?`',
    does: 'answers so, by default in the vendor’s own words and headers (none below 400), and does nothing else',
    problem: must('a whole number from 200 to 599', (value) => whole(value, 200, 599)),
  },
  delayMs: {
    takes: '`delayMs`',
    does: 'waits so long (real time) before the operation runs',
    problem: must(`a whole number of milliseconds, at most ${MAX_DELAY_MS}`, (value) =>
      whole(value, 0, MAX_DELAY_MS),
    ),
  },
  reset: {
    takes: "`reset: 'before-answer' | 'mid-body'`",
    does: 'runs the operation, then breaks the connection before or within the answer',
    problem: must(
      "'before-answer' or 'mid-body'",
      (value) => value === 'before-answer' || value === 'mid-body',
    ),
  },
  truncate: {
    takes: '`truncate: true`',
    does: 'runs the operation, then sends half of its answer and ends it as if whole',
    problem: must('true', (value) => value === true),
  },
  stall: {
    takes: "`stall: 'headers' | 'body'`",
    does: 'runs the operation, then never sends the headers, or the second half of the body',
    problem: must("'headers' or 'body'", (value) => value === 'headers' || value === 'body'),
  },
  contentType: {
    takes: '`contentType`',
    does: 'runs the operation and sends its answer under another content type',
    problem: must('a content type in printable ASCII', headerText),
  },
  oversized: {
    takes: '`oversized: bytes`',
    does: 'runs the operation and fills its answer with blanks up to that size',
    problem: must(`a whole number of bytes, at most ${MAX_OVERSIZED}`, (value) =>
      whole(value, 1, MAX_OVERSIZED),
    ),
  },
  redirect: {
    takes: '`redirect: url`',
    does: 'answers 307 to that address',
    problem: must('an absolute URL', (value) => typeof value === 'string' && URL.canParse(value)),
  },
};

const common: Readonly<Record<string, Kind['problem']>> = {
  times: must('a whole number from 1, or Infinity', (value) => value === Infinity || whole(value, 1, 1e9)),
  after: must('a whole number from 0', (value) => whole(value, 0, 1e9)),
};

/** They say how long the body is, which only the writer of it knows. */
const framing = ['content-length', 'transfer-encoding'];

function headersProblem(value: unknown): string | undefined {
  const good =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.entries(value).every(([name, text]) => /^[\w-]+$/.test(name) && headerText(text));
  if (!good) return 'must be an object of header names and printable ASCII values';
  const own = Object.keys(value).find((name) => framing.includes(name.toLowerCase()));
  return own && `must not have ${own}: the sandbox sets it, and truncate, stall or reset break a body off`;
}

/** Not a function, a symbol, a bigint or a circle: nobody could send them. */
function isJson(value: unknown): boolean {
  try {
    // Its type leaves out what it answers for a function.
    return (JSON.stringify(value) as string | undefined) !== undefined;
  } catch {
    return false;
  }
}

const withStatus: Readonly<Record<string, Kind['problem']>> = {
  body: must('a text, or what can be written as JSON', isJson),
  headers: headersProblem,
};

/** The fault without what is undefined in it; throws a TypeError that names the field at fault. */
export function checkedFault(fault: unknown): Fault {
  if (typeof fault !== 'object' || fault === null) throw new TypeError('fault: must be an object');
  const given = Object.entries(fault).filter(([, value]) => value !== undefined);
  const kinds = given.map(([field]) => field).filter((field) => Object.hasOwn(faultKinds, field));
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    throw new TypeError(`fault: must have exactly one of ${Object.keys(faultKinds).join(', ')}`);
  }
  const extra = kind === 'status' ? withStatus : {};
  for (const [field, value] of given) {
    const problemOf = ownOf(extra, field) ?? ownOf(common, field) ?? ownOf(faultKinds, field)?.problem;
    const problem = problemOf ? problemOf(value) : `is not a field of a ${kind} fault`;
    if (problem !== undefined) throw new TypeError(`fault.${field}: ${problem}`);
  }
  // Of one kind, and each of its fields has met its rule.
  return Object.fromEntries(given) as unknown as Fault;
}

/** Not `table[field]`: a field named like something every object inherits must stay unknown. */
function ownOf<T>(table: Readonly<Record<string, T>>, field: string): T | undefined {
  return Object.hasOwn(table, field) ? table[field] : undefined;
}

/** Throws a TypeError that names what is unknown and lists what is known. */
export function checkTarget(vendor: unknown, operation: unknown): void {
  const mine = operations.filter((one) => one.vendor === vendor).map((one) => one.operation);
  if (mine.length === 0) throw new TypeError(`vendor: must be one of ${vendors.join(', ')}`);
  if (!mine.some((one) => one === operation))
    throw new TypeError(`operation: must be one of ${mine.join(', ')}`);
}
