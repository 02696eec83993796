import type { Vendor } from '../vendor.ts';
import { createMask, secretsIn, type Mask } from './mask.ts';

/** One request that arrived, without its secrets. */
export interface JournalEntry {
  /** Milliseconds since the epoch, by the sandbox's clock. */
  readonly at: number;
  readonly vendor: Vendor;
  /** Absent for what is no operation: a preflight, a WebSocket, a path that the vendor does not have. */
  readonly operation?: string;
  readonly method: string;
  /** The vendor's own path, without the prefix. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** A few telling ones; `***` stands for a secret. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The status that was sent, or would have been, had no fault cut the answer off. Absent as long as there is none, as
   * in a fault's delay, and for good when the sandbox closes or fails before there is one.
   */
  readonly status?: number;
  /** Parsed; absent when there was none; `***` stands for a secret. */
  readonly body?: unknown;
  /** What the vendor would not have told: swallowed fields, faults that struck, messages that make no sense. */
  readonly notes: readonly string[];
}

/** Everything that arrived, oldest first. */
export interface Journal {
  (): readonly JournalEntry[];
  clear(): void;
}

/** A request as it arrives, before its secrets are taken out. */
export interface RawEntry extends Omit<JournalEntry, 'headers' | 'status'> {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Of the body as it arrived. */
  readonly bodyBytes: number;
}

/** Completes an entry once its answer is known, with all its notes. */
export type Complete = (status: number, notes: readonly string[]) => JournalEntry;

const MAX_ENTRIES = 10_000;
/** These three bound what an entry holds, and with MAX_ENTRIES the journal's memory. */
const MAX_BODY_BYTES = 65_536;
const MAX_NOTES = 50;
const MAX_NOTE_LENGTH = 1000;

const plainHeaders = ['accept', 'content-type', 'origin', 'user-agent', 'x-request-id'];
const secretHeaders = ['authorization', 'x-api-key', 'x-simli-api-key'];

/** The journal, and the way into it. */
export function createJournal(): { journal: Journal; record: (raw: RawEntry) => Complete } {
  const entries = new Map<number, JournalEntry>();
  let count = 0;
  const read = (): readonly JournalEntry[] => [...entries.values()];
  const clear = (): void => {
    entries.clear();
  };
  const record = (raw: RawEntry): Complete => {
    const mask = maskOf(raw);
    const arrived = masked(raw, mask);
    count += 1;
    const number = count;
    entries.set(number, arrived);
    entries.delete(number - MAX_ENTRIES);
    return (status, notes) => {
      const entry = { ...arrived, status, notes: keptNotes(notes, mask.text) };
      // Meanwhile it may have been forgotten.
      if (entries.has(number)) entries.set(number, entry);
      return entry;
    };
  };
  return { journal: Object.assign(read, { clear }), record };
}

function maskOf({ headers, query, body }: RawEntry): Mask {
  const credentials = secretHeaders.flatMap((name) => credentialsIn(headers[name]));
  return createMask([...credentials, ...secretsIn(query), ...secretsIn(body)]);
}

function masked(raw: RawEntry, mask: Mask): JournalEntry {
  const { bodyBytes, headers, body, ...rest } = raw;
  const kept = bodyBytes > MAX_BODY_BYTES ? `(${bodyBytes} bytes, not kept)` : mask.data(body);
  return {
    ...rest,
    method: mask.text(raw.method),
    path: mask.text(raw.path),
    query: mask.data(raw.query) as Record<string, string>,
    headers: maskedHeaders(headers, mask.text),
    ...(body !== undefined && { body: kept }),
    notes: keptNotes(raw.notes, mask.text),
  };
}

/** A request can have a field that the vendor swallows in every few bytes of its body. */
function keptNotes(notes: readonly string[], text: (note: string) => string): readonly string[] {
  const first = notes
    .slice(0, MAX_NOTES)
    .map((note) => (note.length > MAX_NOTE_LENGTH ? `(${note.length} characters, not kept)` : text(note)));
  return notes.length > MAX_NOTES ? [...first, `and ${notes.length - MAX_NOTES} more`] : first;
}

/** The header's value, and the credential in it without its scheme. */
function credentialsIn(value: string | string[] | undefined): readonly string[] {
  const text = String(value ?? '').trim();
  return [text, text.replace(/^\S+\s+/, '')];
}

function maskedHeaders(
  headers: RawEntry['headers'],
  text: (value: string) => string,
): Record<string, string> {
  const plain = plainHeaders.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, text(String(value))]];
  });
  const secret = secretHeaders.flatMap((name) => {
    const value = headers[name];
    if (value === undefined) return [];
    return [[name, /^bearer /i.test(String(value)) ? 'Bearer ***' : '***']];
  });
  return Object.fromEntries([...plain, ...secret]) as Record<string, string>;
}
