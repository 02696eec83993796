import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import {
  PULSE_KEEP_MS,
  REDIS_COMMAND_MS,
  REDIS_RECONNECT_MS,
  REMEMBER_ENDED_MS,
} from '../config/constants.ts';
import { Pulse, type OnOutage } from './pulse.ts';
import { fieldsOf, recordOf, type Fields } from './redis-record.ts';
import { isOutage, isReply, wordIn } from './redis-trouble.ts';
import * as scripts from './scripts.ts';
import {
  pendingRecord,
  StateUnavailable,
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

const GROUPS = ['caller', 'preset', 'vendor'] as const;

/**
 * State that any number of replicas share. Keys, with `{prefix}` as the hash tag of all of them:
 *
 * | key                        | holds                                                   | lives |
 * | `{p}:session:<id>`         | hash: the session                                       | lease + `KEEP_LOST_MS`; `REMEMBER_ENDED_MS` once its receipt is written |
 * | `{p}:due`                  | sorted set: sessions by when somebody must look after them | 2 days after the last |
 * | `{p}:caller:<name>`, `:preset:`, `:vendor:` | sorted set: what counts, by the lease's end | the longest lease |
 * | `{p}:minutes:<caller>`     | hash: seconds used, by day                              | 2 days |
 * | `{p}:rate:<key>`           | when the bucket is empty                                | until then |
 * | `{p}:intent:<hash>`        | hash: fingerprint, holder, sealed answer                | claim `INTENT_CLAIM_MS`; answer `INTENT_KEEP_MS` |
 * | `{p}:task:<name>`          | who has taken it                                        | as long as it was taken for |
 * | `{p}:pulse`                | that Redis took a write                                 | `PULSE_KEEP_MS` |
 */
export class RedisState implements State {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #pulse: Pulse;
  /** What was last wrong with the connection, in a word. */
  #trouble: string | undefined;

  constructor(url: string, prefix = 'token-server', onOutage: OnOutage = () => undefined) {
    this.#prefix = `{${prefix}}:`;
    this.#redis = new Redis(url, {
      // Better to fail now than to answer late: the caller still waits.
      enableOfflineQueue: false,
      // What many requests ask in one turn of the loop goes out in one write.
      enableAutoPipelining: true,
      maxRetriesPerRequest: 0,
      commandTimeout: REDIS_COMMAND_MS,
      connectTimeout: REDIS_COMMAND_MS,
      // Whoever hangs is left, so that nobody waits for the next command as well.
      socketTimeout: REDIS_COMMAND_MS,
      // After a failover the name leads to another server, and the open connection still to the old one.
      reconnectOnError: (error) => wordIn(error) === 'READONLY',
      retryStrategy: () => REDIS_RECONNECT_MS,
      lazyConnect: true,
    });
    this.#pulse = new Pulse(() => this.#write(), onOutage);
    // Without a listener each lost connection is printed.
    this.#redis.on('error', (error) => {
      this.#trouble = wordIn(error) ?? this.#trouble;
      // The client itself would go on, in the first database, when it is refused the one of the URL.
      if (isReply(error)) this.#redis.disconnect(true);
    });
    this.#redis.on('ready', () => {
      this.#trouble = undefined;
      this.#pulse.check();
    });
    this.#redis.on('close', () => {
      this.#pulse.check();
    });
    this.#redis.connect().catch(() => undefined);
  }

  async take(rates: readonly Rate[]): Promise<RateRefusal | undefined> {
    if (rates.length === 0) return undefined;
    const keys = rates.map(({ key }) => this.#key('rate', key));
    const counts = rates.flatMap(({ count, windowMs }) => [count, windowMs]);
    const [place, retryAfterMs] = numbersIn(await this.#run(scripts.TAKE, keys, counts));
    return place === 0 ? undefined : { index: (place ?? 1) - 1, retryAfterMs: retryAfterMs ?? 0 };
  }

  async reserve(session: NewSession, limits: SessionLimits): Promise<SessionRecord | SessionRefusal> {
    const args = scripts.reservation(session, limits);
    const [answer, time] = listIn(await this.#run(scripts.RESERVE, this.#keysOf(session), args));
    if (answer === 'ok') return pendingRecord(session, Number(time));
    return { limit: limitOf(answer), retryAfterMs: typeof time === 'number' ? time : undefined };
  }

  async find(id: string): Promise<SessionRecord | undefined> {
    return recordOf(await this.#ask(() => this.#redis.hgetall(this.#key('session', id))));
  }

  list(caller: string): Promise<readonly SessionRecord[]> {
    return this.#members('caller', caller);
  }

  listVendor(vendor: string): Promise<readonly SessionRecord[]> {
    return this.#members('vendor', vendor);
  }

  /** None: every other replica sees them, and whoever starts next. */
  own(): Promise<readonly SessionRecord[]> {
    return Promise.resolve([]);
  }

  isOwn(): boolean {
    return false;
  }

  async change(
    id: string,
    { dueInMs, stamp, ...fields }: SessionChanges,
  ): Promise<SessionRecord | undefined> {
    const args = [id, dueInMs ?? -1, stamp ?? '', ...fieldsOf(fields)];
    return recordOf(await this.#run(scripts.CHANGE, this.#lifeKeys(id), args));
  }

  async nameAtVendor(
    id: string,
    vendorSessionId: string,
    claimMs: number,
  ): Promise<SessionRecord | undefined> {
    const args = [id, vendorSessionId, claimMs];
    return recordOf(await this.#run(scripts.NAME_AT_VENDOR, this.#lifeKeys(id), args));
  }

  async due(limit: number): Promise<readonly string[]> {
    return listIn(await this.#run(scripts.DUE, [this.#key('due')], [limit])).map(String);
  }

  async claimEnding(
    id: string,
    { reason, claimMs, onlyIfDue = false }: { reason: string; claimMs: number; onlyIfDue?: boolean },
  ): Promise<SessionRecord | undefined> {
    const args = [id, reason, claimMs, onlyIfDue ? 1 : 0];
    return recordOf(await this.#run(scripts.CLAIM_ENDING, this.#lifeKeys(id), args));
  }

  async postpone(id: string, byMs: number, known: Known = {}): Promise<void> {
    await this.#run(scripts.POSTPONE, this.#lifeKeys(id), [id, byMs, ...fieldsOf(known)]);
  }

  async finishEnding(id: string, usedSeconds: number, claimMs: number): Promise<SessionRecord | undefined> {
    // What a session counts for never changes, so it may be read first.
    const record = await this.find(id);
    if (record === undefined) return undefined;
    const args = [id, Math.round(usedSeconds), claimMs];
    return recordOf(await this.#run(scripts.FINISH_ENDING, this.#keysOf(record), args));
  }

  async claimReceipt(id: string, claimMs: number): Promise<SessionRecord | undefined> {
    return recordOf(await this.#run(scripts.CLAIM_RECEIPT, this.#lifeKeys(id), [id, claimMs]));
  }

  async noteReceipt(id: string): Promise<void> {
    await this.#run(scripts.NOTE_RECEIPT, this.#lifeKeys(id), [id, REMEMBER_ENDED_MS]);
  }

  async claimIntent(key: string, fingerprint: string, holder: string, claimMs: number): Promise<IntentClaim> {
    const keys = [this.#key('intent', key)];
    const [kind, sealed] = listIn(
      await this.#run(scripts.CLAIM_INTENT, keys, [fingerprint, holder, claimMs]),
    );
    if (kind === 'yours' || kind === 'running' || kind === 'other') return { kind };
    return { kind: 'done', sealed: String(sealed) };
  }

  async completeIntent(key: string, holder: string, sealed: string, keepMs: number): Promise<boolean> {
    const keys = [this.#key('intent', key)];
    return (await this.#run(scripts.COMPLETE_INTENT, keys, [holder, sealed, keepMs])) === 1;
  }

  async abandonIntent(key: string, holder: string): Promise<boolean> {
    return (await this.#run(scripts.ABANDON_INTENT, [this.#key('intent', key)], [holder])) === 1;
  }

  async claimTask(name: string, forMs: number, holder: string = randomUUID()): Promise<boolean> {
    return (await this.#run(scripts.CLAIM_TASK, [this.#key('task', name)], [holder, forMs])) === 1;
  }

  async now(): Promise<number> {
    const [seconds, micros] = numbersIn(await this.#ask(() => this.#redis.time()));
    return (seconds ?? 0) * 1_000 + Math.floor((micros ?? 0) / 1_000);
  }

  connected(withinMs: number): Promise<boolean> {
    return this.#pulse.okWithin(withinMs);
  }

  health(): 'ok' | 'down' {
    return this.#pulse.ok ? 'ok' : 'down';
  }

  close(): Promise<void> {
    this.#pulse.stop();
    this.#redis.disconnect();
    return Promise.resolve();
  }

  async #members(group: (typeof GROUPS)[number], name: string): Promise<readonly SessionRecord[]> {
    const ids = listIn(await this.#run(scripts.MEMBERS, [this.#key(group, name)], [])).map(String);
    const records = await Promise.all(ids.map((id) => this.find(id)));
    return records
      .filter((record) => record !== undefined)
      .sort((one, other) => one.createdAt - other.createdAt);
  }

  #key(...parts: readonly string[]): string {
    return this.#prefix + parts.join(':');
  }

  #lifeKeys(id: string): string[] {
    return [this.#key('session', id), this.#key('due')];
  }

  /** In the order in which the scripts name them. */
  #keysOf(session: Pick<SessionRecord, 'id' | (typeof GROUPS)[number]>): string[] {
    const groups = GROUPS.map((group) => this.#key(group, session[group]));
    return [...this.#lifeKeys(session.id), this.#key('minutes', session.caller), ...groups];
  }

  #run(script: scripts.Script, keys: readonly string[], args: Fields): Promise<unknown> {
    return this.#ask(() => this.#eval(script, keys, args));
  }

  async #eval({ text, sha }: scripts.Script, keys: readonly string[], args: Fields): Promise<unknown> {
    try {
      return await this.#redis.evalsha(sha, keys.length, ...keys, ...args);
    } catch (error) {
      // A Redis that was restarted has forgotten the scripts.
      if (wordIn(error) !== 'NOSCRIPT') throw error;
      return this.#redis.eval(text, keys.length, ...keys, ...args);
    }
  }

  async #ask<Answer>(command: () => Promise<Answer>): Promise<Answer> {
    try {
      return await command();
    } catch (cause) {
      if (!isOutage(cause)) throw cause;
      throw new StateUnavailable(`Redis cannot be used (${this.#whyNot(cause)})`, { cause });
    }
  }

  /** Writes something, as everything that matters does. Resolves with why that cannot be done. */
  async #write(): Promise<string | undefined> {
    try {
      await this.#eval(scripts.PULSE, [this.#key('pulse')], [PULSE_KEEP_MS]);
      return undefined;
    } catch (error) {
      return this.#whyNot(error);
    }
  }

  #whyNot(error: unknown): string {
    return wordIn(error) ?? this.#trouble ?? 'closed';
  }
}

function listIn(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? (reply as readonly unknown[]) : [];
}

function numbersIn(reply: unknown): readonly number[] {
  return listIn(reply).map(Number);
}

function limitOf(name: unknown): SessionRefusal['limit'] {
  if (name === 'caller' || name === 'preset' || name === 'vendor' || name === 'minutes') return name;
  throw new Error('Redis answered with a limit that does not exist');
}
