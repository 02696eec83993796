import type { SessionRecord, SessionStatus } from './state.ts';

const NUMBERS = ['reservedSeconds', 'createdAt', 'expiresAt', 'dueAt', 'day'] as const;
const OPTIONAL_NUMBERS = [
  'heartbeatSeconds',
  'startedAt',
  'lastSeenAt',
  'keptAliveAt',
  'endedAt',
  'usedSeconds',
] as const;
const TEXTS = ['id', 'caller', 'preset', 'vendor', 'endTokenHash'] as const;
const OPTIONAL_TEXTS = ['tenant', 'vendorSessionId', 'endReason'] as const;
const OPTIONAL_FLAGS = ['start', 'trustPages'] as const;
const STATUSES: readonly string[] = ['pending', 'live', 'ending', 'ended'] satisfies SessionStatus[];

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
  const fields = fieldsIn(reply);
  if (fields.size === 0) return undefined;
  const text = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined) throw new Error(`the session in Redis has no ${name}`);
    return value;
  };
  const status = text('status');
  if (!STATUSES.includes(status)) throw new Error('the session in Redis has a status of another version');
  const entries: (readonly [string, string | number | boolean])[] = [
    ...TEXTS.map((name) => [name, text(name)] as const),
    ...NUMBERS.map((name) => [name, Number(text(name))] as const),
    ...OPTIONAL_TEXTS.flatMap((name) => pairOf(name, fields.get(name))),
    ...OPTIONAL_NUMBERS.flatMap((name) =>
      pairOf(name, fields.get(name)).map(([, value]) => [name, Number(value)] as const),
    ),
    ...OPTIONAL_FLAGS.flatMap((name) =>
      pairOf(name, fields.get(name)).map(([, value]) => [name, value === '1'] as const),
    ),
  ];
  // Each field of the type is in one of the lists above; the test of both stores holds that.
  return { ...Object.fromEntries(entries), status } as unknown as SessionRecord;
}

function pairOf(name: string, value: string | undefined): (readonly [string, string])[] {
  return value === undefined ? [] : [[name, value]];
}

// RESP2 answers a hash as a flat list, inside scripts always.
function fieldsIn(reply: unknown): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  if (Array.isArray(reply)) {
    for (let at = 0; at + 1 < reply.length; at += 2) fields.set(String(reply[at]), String(reply[at + 1]));
  } else if (typeof reply === 'object' && reply !== null) {
    for (const [name, value] of Object.entries(reply)) fields.set(name, String(value));
  }
  return fields;
}
