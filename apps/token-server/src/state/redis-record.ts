import type { SessionRecord, SessionStatus } from './state.ts';

const STATUSES: readonly SessionStatus[] = ['pending', 'live', 'ending', 'ended'];

function statusOf(text: string): SessionStatus {
  const status = STATUSES.find((known) => known === text);
  if (status === undefined) throw new Error('the session in Redis has a status of another version');
  return status;
}

const isSet = (text: string): boolean => text === '1';

/** How each field of a session is read; Redis keeps all of them as texts. */
const READERS: { readonly [Name in keyof SessionRecord]-?: (text: string) => SessionRecord[Name] } = {
  id: String,
  caller: String,
  tenant: String,
  preset: String,
  vendor: String,
  reservedSeconds: Number,
  endTokenHash: String,
  heartbeatSeconds: Number,
  start: isSet,
  trustPages: isSet,
  status: statusOf,
  createdAt: Number,
  expiresAt: Number,
  dueAt: Number,
  day: Number,
  startedAt: Number,
  lastSeenAt: Number,
  keptAliveAt: Number,
  vendorSessionId: String,
  unread: isSet,
  endReason: String,
  endingAt: Number,
  endedAt: Number,
  usedSeconds: Number,
};

/** What every session has. */
const REQUIRED = [
  'id',
  'caller',
  'preset',
  'vendor',
  'reservedSeconds',
  'endTokenHash',
  'status',
  'createdAt',
  'expiresAt',
  'dueAt',
  'day',
] as const satisfies readonly (keyof SessionRecord)[];

/** Names and values, as Redis takes them: in turns. */
export type Fields = readonly (string | number)[];

/** What there is of a session, for Redis to keep. */
export function fieldsOf(session: object): Fields {
  return Object.entries(session).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value === 'boolean') return [name, Number(value)];
    return typeof value === 'string' || typeof value === 'number' ? [name, value] : [];
  });
}

/** A session of what Redis answers to HGETALL; `undefined` for one that is not there. */
export function recordOf(reply: unknown): SessionRecord | undefined {
  const pairs = pairsIn(reply);
  if (pairs.length === 0) return undefined;
  const record: Partial<Record<string, unknown>> = {};
  // A field of a newer version is none of ours.
  for (const [name, text] of pairs) if (isField(name)) record[name] = READERS[name](text);
  const missing = REQUIRED.find((name) => record[name] === undefined);
  if (missing !== undefined) throw new Error(`the session in Redis has no ${missing}`);
  return record as unknown as SessionRecord;
}

function isField(name: string): name is keyof SessionRecord {
  return Object.hasOwn(READERS, name);
}

// RESP2 answers a hash as a flat list, inside scripts always.
function pairsIn(reply: unknown): readonly (readonly [name: string, text: string])[] {
  if (Array.isArray(reply)) {
    const pairs: [string, string][] = [];
    for (let at = 0; at + 1 < reply.length; at += 2) pairs.push([String(reply[at]), String(reply[at + 1])]);
    return pairs;
  }
  if (typeof reply !== 'object' || reply === null) return [];
  return Object.entries(reply).map(([name, value]) => [name, String(value)] as const);
}
