import { KEEP_LOST_MS, REMEMBER_ENDED_MS } from '../config/constants.ts';
import { MemoryIntents } from './memory-intents.ts';
import { MemoryRates } from './memory-rates.ts';
import {
  DAY_MS,
  pendingRecord,
  type IntentClaim,
  type Known,
  type NewSession,
  type Rate,
  type RateRefusal,
  type SessionChanges,
  type SessionLimits,
  type SessionRecord,
  type SessionRefusal,
  type State,
} from './state.ts';

/** Never goes back: a clock that is set while the server runs changes no limit. */
export const steadyClock = (): number => performance.timeOrigin + performance.now();

const GROUPS = ['caller', 'preset', 'vendor'] as const;
type Group = (typeof GROUPS)[number];
/** The sessions that count for one caller, preset or vendor, each with the end of its lease. */
type Leases = Map<string, number>;

/** State of one process. Nothing here awaits, and so every method is atomic. */
export class MemoryState implements State {
  readonly #now: () => number;
  readonly #rates = new MemoryRates();
  readonly #intents = new MemoryIntents();
  readonly #sessions = new Map<string, SessionRecord>();
  readonly #leases: Readonly<Record<Group, Map<string, Leases>>> = {
    caller: new Map(),
    preset: new Map(),
    vendor: new Map(),
  };
  /** Seconds by day and caller. */
  readonly #used = new Map<number, Map<string, number>>();
  /** The sessions that have ended and whose receipt is not noted. */
  readonly #unnoted = new Set<string>();
  readonly #tasks = new Map<string, { readonly until: number; readonly holder: string | undefined }>();

  constructor(now: () => number = steadyClock) {
    this.#now = now;
  }

  take(rates: readonly Rate[]): Promise<RateRefusal | undefined> {
    return Promise.resolve(this.#rates.take(rates, this.#now()));
  }

  reserve(session: NewSession, limits: SessionLimits): Promise<SessionRecord | SessionRefusal> {
    const now = this.#now();
    const day = Math.floor(now / DAY_MS);
    const refusal = this.#refusalFor(session, limits, now, day);
    if (refusal !== undefined) return Promise.resolve(refusal);
    const record = pendingRecord(session, now);
    this.#sessions.set(record.id, record);
    for (const group of GROUPS) this.#leasesOf(group, record[group]).set(record.id, record.expiresAt);
    this.#use(record, session.reservedSeconds);
    return Promise.resolve(record);
  }

  find(id: string): Promise<SessionRecord | undefined> {
    return Promise.resolve(this.#sessions.get(id));
  }

  list(caller: string): Promise<readonly SessionRecord[]> {
    return Promise.resolve(this.#counted('caller', caller));
  }

  listVendor(vendor: string): Promise<readonly SessionRecord[]> {
    return Promise.resolve(this.#counted('vendor', vendor));
  }

  own(): Promise<readonly SessionRecord[]> {
    return Promise.resolve([...this.#sessions.values()].filter(({ status }) => status !== 'ended'));
  }

  isOwn(id: string): boolean {
    return this.#sessions.has(id);
  }

  change(id: string, changes: SessionChanges): Promise<SessionRecord | undefined> {
    const record = this.#sessions.get(id);
    if (record === undefined || (record.status !== 'pending' && record.status !== 'live')) {
      return Promise.resolve(undefined);
    }
    const { dueInMs, stamp, ...fields } = changes;
    const now = this.#now();
    return Promise.resolve(
      this.#keep({
        ...record,
        ...fields,
        ...(stamp !== undefined && { [stamp]: now }),
        ...(dueInMs !== undefined && { dueAt: Math.min(now + dueInMs, record.expiresAt) }),
      }),
    );
  }

  nameAtVendor(id: string, vendorSessionId: string, claimMs: number): Promise<SessionRecord | undefined> {
    const record = this.#sessions.get(id);
    if (record === undefined || record.status === 'ended') return Promise.resolve(undefined);
    const dueAt =
      record.status === 'ending' ? Math.min(this.#now() + claimMs, record.expiresAt) : record.dueAt;
    return Promise.resolve(this.#keep({ ...record, vendorSessionId, dueAt }));
  }

  due(limit: number): Promise<readonly string[]> {
    const now = this.#now();
    this.#forget(now);
    const due = [...this.#sessions.values()].filter(
      ({ id, status, dueAt }) => (status !== 'ended' || this.#unnoted.has(id)) && dueAt <= now,
    );
    return Promise.resolve(due.slice(0, limit).map(({ id }) => id));
  }

  claimEnding(
    id: string,
    { reason, claimMs, onlyIfDue = false }: { reason: string; claimMs: number; onlyIfDue?: boolean },
  ): Promise<SessionRecord | undefined> {
    const record = this.#sessions.get(id);
    const now = this.#now();
    if (record === undefined || record.status === 'ended') return Promise.resolve(undefined);
    if (record.dueAt > now && (record.status === 'ending' || onlyIfDue)) return Promise.resolve(undefined);
    const { endReason = reason, endingAt = now } = record;
    const dueAt = now + claimMs;
    return Promise.resolve(this.#keep({ ...record, status: 'ending', endReason, endingAt, dueAt }));
  }

  postpone(id: string, byMs: number, known: Known = {}): Promise<void> {
    const record = this.#sessions.get(id);
    if (record?.status === 'ending') {
      this.#keep({ ...record, ...known, dueAt: Math.min(this.#now() + byMs, record.expiresAt) });
    }
    return Promise.resolve();
  }

  finishEnding(id: string, usedSeconds: number, claimMs: number): Promise<SessionRecord | undefined> {
    const record = this.#sessions.get(id);
    if (record?.status !== 'ending') return Promise.resolve(undefined);
    const used = Math.min(usedSeconds, record.reservedSeconds);
    for (const group of GROUPS) this.#leave(group, record);
    this.#use(record, used - record.reservedSeconds);
    this.#unnoted.add(id);
    const now = this.#now();
    const ended = {
      ...record,
      status: 'ended',
      endedAt: now,
      usedSeconds: used,
      dueAt: now + claimMs,
    } as const;
    return Promise.resolve(this.#keep(ended));
  }

  claimReceipt(id: string, claimMs: number): Promise<SessionRecord | undefined> {
    const record = this.#sessions.get(id);
    const now = this.#now();
    if (record === undefined || !this.#unnoted.has(id) || record.dueAt > now)
      return Promise.resolve(undefined);
    return Promise.resolve(this.#keep({ ...record, dueAt: now + claimMs }));
  }

  noteReceipt(id: string): Promise<void> {
    this.#unnoted.delete(id);
    return Promise.resolve();
  }

  claimIntent(key: string, fingerprint: string, holder: string, claimMs: number): Promise<IntentClaim> {
    return Promise.resolve(this.#intents.claim(key, fingerprint, holder, this.#now(), claimMs));
  }

  completeIntent(key: string, holder: string, sealed: string, keepMs: number): Promise<boolean> {
    return Promise.resolve(this.#intents.complete(key, holder, sealed, this.#now(), keepMs));
  }

  abandonIntent(key: string, holder: string): Promise<boolean> {
    return Promise.resolve(this.#intents.abandon(key, holder));
  }

  claimTask(name: string, forMs: number, holder?: string): Promise<boolean> {
    const now = this.#now();
    const taken = this.#tasks.get(name);
    if (taken !== undefined && taken.until > now) {
      return Promise.resolve(holder !== undefined && holder === taken.holder);
    }
    this.#tasks.set(name, { until: now + forMs, holder });
    return Promise.resolve(true);
  }

  now(): Promise<number> {
    return Promise.resolve(this.#now());
  }

  connected(): Promise<boolean> {
    return Promise.resolve(true);
  }

  health(): 'ok' {
    return 'ok';
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #refusalFor(
    session: NewSession,
    limits: SessionLimits,
    now: number,
    day: number,
  ): SessionRefusal | undefined {
    for (const limit of GROUPS) {
      const most = limits[limit];
      if (most === undefined) continue;
      // Only looked up: whoever is refused leaves nothing behind.
      const leases = this.#leases[limit].get(session[limit]) ?? new Map<string, number>();
      // Leases that have run out are only looked for when it matters.
      if (leases.size >= most) for (const [id, until] of leases) if (until <= now) leases.delete(id);
      if (leases.size >= most) return { limit, retryAfterMs: untilFirstEnd(leases, now) };
    }
    const used = this.#used.get(day)?.get(session.caller) ?? 0;
    if (limits.secondsPerDay !== undefined && used + session.reservedSeconds > limits.secondsPerDay) {
      return { limit: 'minutes', retryAfterMs: (day + 1) * DAY_MS - now };
    }
    return undefined;
  }

  #keep(record: SessionRecord): SessionRecord {
    this.#sessions.set(record.id, record);
    return record;
  }

  #leasesOf(group: Group, name: string): Leases {
    const leases = this.#leases[group].get(name) ?? new Map<string, number>();
    this.#leases[group].set(name, leases);
    return leases;
  }

  #leave(group: Group, record: SessionRecord): void {
    const leases = this.#leasesOf(group, record[group]);
    leases.delete(record.id);
    if (leases.size === 0) this.#leases[group].delete(record[group]);
  }

  #counted(group: Group, name: string): readonly SessionRecord[] {
    const now = this.#now();
    return [...(this.#leases[group].get(name)?.keys() ?? [])].flatMap((id) => {
      const record = this.#sessions.get(id);
      return record === undefined || record.expiresAt <= now ? [] : [record];
    });
  }

  #use({ caller, day }: SessionRecord, seconds: number): void {
    const used = this.#used.get(day) ?? new Map<string, number>();
    this.#used.set(day, used.set(caller, (used.get(caller) ?? 0) + seconds));
  }

  /** What Redis does by its TTLs. */
  #forget(now: number): void {
    for (const [id, { endedAt, expiresAt }] of this.#sessions) {
      const isOver = endedAt !== undefined && !this.#unnoted.has(id);
      if ((isOver ? endedAt + REMEMBER_ENDED_MS : expiresAt + KEEP_LOST_MS) > now) continue;
      this.#sessions.delete(id);
      this.#unnoted.delete(id);
    }
    const today = Math.floor(now / DAY_MS);
    for (const day of this.#used.keys()) if (day < today - 1) this.#used.delete(day);
    for (const [name, { until }] of this.#tasks) if (until <= now) this.#tasks.delete(name);
    this.#rates.forget(now);
    this.#intents.forget(now);
  }
}

/** `undefined` where there is none: a limit of 0 lets nobody in, however long they wait. */
function untilFirstEnd(leases: Leases, now: number): number | undefined {
  let first: number | undefined;
  for (const until of leases.values()) if (first === undefined || until < first) first = until;
  return first === undefined ? undefined : first - now;
}
