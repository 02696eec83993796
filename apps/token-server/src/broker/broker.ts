import { timingSafeEqual } from 'node:crypto';
import { ISSUES_SHOWN, VENDOR_DEADLINE_MS } from '../config/constants.ts';
import { DEFAULT_LIMITS } from '../config/limits.ts';
import type { Policy, Preset } from '../config/presets.ts';
import { sentenceOf } from '../sentence.ts';
import { sha256 } from '../sha256.ts';
import type { SessionRecord, State } from '../state/state.ts';
import { isVendorTrouble } from '../vendors/failures.ts';
import type { Vendor, Vendors } from '../vendors/vendor.ts';
import { scopesLacking, type Caller } from './caller.ts';
import type { Grant, PublicPreset, PublicSession } from './grant.ts';
import { Intents, type Answered } from './intents.ts';
import { Keeper, type Ending } from './keeper.ts';
import { countRequest, isCallersOwn, type RequestKind } from './leash.ts';
import { LastEnds } from './last-ends.ts';
import { Line } from './line.ts';
import { open, type Opened, type OpeningParts } from './opening.ts';
import { Reaper } from './reaper.ts';
import { Reports } from './reports.ts';
import { Refusal } from './refusal.ts';
import type { Seal } from './seal.ts';
import { Sweeper } from './sweeper.ts';
import { Undoing } from './undoing.ts';
import { WarmTokens } from './warm.ts';
import type { Watch } from './watch.ts';

export interface BrokerParts {
  readonly policy: Pick<Policy, 'presets'> & Partial<Policy>;
  readonly vendors: Vendors;
  readonly state: State;
  readonly watch: Watch;
  readonly seal: Seal;
  readonly reapUnknown?: 'report' | 'stop';
}

/** What a caller asks for. */
export interface GrantRequest {
  readonly caller: Caller;
  /** As {@link Broker.find} gave it to this caller. */
  readonly preset: Preset;
  readonly overrides?: Readonly<Record<string, unknown>> | undefined;
  readonly key?: string | undefined;
}

/** The answer to it, as it goes out: the same text each time for one key. */
export interface Granted {
  readonly answer: string;
  readonly id: string;
  readonly vendor: string;
  readonly preset: string;
  readonly replayed: boolean;
  readonly warm: boolean;
  /** Frees its Idempotency-Key; only where it was made for this very request. */
  readonly giveBack?: Answered['giveBack'];
}

/** Decides who may have which session, and sees each of them to its end. */
export class Broker {
  readonly keeper: Keeper;
  readonly #undoing: Undoing;
  readonly #lastEnds: LastEnds;
  readonly reaper: Reaper;
  readonly sweeper: Sweeper;
  readonly warm: WarmTokens;
  readonly #parts: BrokerParts;
  readonly #opening: OpeningParts;
  readonly #intents: Intents;
  readonly #reports: Reports;
  readonly #lines = new Map<string, Line>();
  readonly #grants = new Set<Promise<unknown>>();
  #policy: Policy = { presets: [], limits: DEFAULT_LIMITS, killSwitch: new Set() };
  #presets: ReadonlyMap<string, Preset> = new Map();

  constructor(parts: BrokerParts) {
    const { state, vendors, watch, seal, policy, reapUnknown = 'report' } = parts;
    this.#parts = parts;
    const lineTo = (vendor: Vendor): Line => this.#lineTo(vendor);
    this.warm = new WarmTokens({ vendors, lineTo, watch });
    this.usePolicy(policy);
    this.keeper = new Keeper({ state, vendors, watch });
    this.#intents = new Intents(state, seal);
    const { keeper } = this;
    const undoing = new Undoing({ state, keeper, watch });
    this.#undoing = undoing;
    this.#lastEnds = new LastEnds({ state, keeper, undoing, watch });
    this.#reports = new Reports({ state, vendors, keeper, undoing, watch });
    this.reaper = new Reaper({ state, vendors, keeper, watch, reapUnknown });
    this.sweeper = new Sweeper({ state, keeper, undoing, watch });
    this.#opening = { state, vendors, undoing, watch, lineTo, warm: (preset) => this.warm.take(preset) };
  }

  /** From now on these presets and limits hold; sessions that run keep what they were granted. */
  usePolicy({ presets, limits = DEFAULT_LIMITS, killSwitch = new Set() }: BrokerParts['policy']): void {
    for (const { name, vendor } of presets) {
      if (this.#parts.vendors[vendor] === undefined) {
        throw new Error(`preset ${name} names ${vendor}, which is not open`);
      }
    }
    this.#policy = { presets, limits, killSwitch };
    this.#parts.watch.offered(presets);
    // A killed vendor is not asked for tokens either.
    this.warm.use(presets.filter(({ vendor }) => !killSwitch.has('all') && !killSwitch.has(vendor)));
    this.#presets = new Map(presets.map((preset) => [preset.name, preset]));
  }

  /** The presets that a caller may use, as callers may see them. */
  presets(caller: Caller): readonly PublicPreset[] {
    return this.#policy.presets.filter((preset) => mayUse(caller, preset)).map(publicOf);
  }

  /** Counts one request. Throws a {@link Refusal} when there were too many. */
  countRequest(kind: RequestKind, who: { caller?: string; address: string }): Promise<void> {
    return countRequest(this.#parts.state, this.#policy.limits, kind, who);
  }

  /** The preset of that name. Throws a {@link Refusal} when there is none that the caller may use. */
  find(caller: Caller, name: string): Preset {
    const preset = this.#presets.get(name);
    if (preset === undefined) throw new Refusal('preset_not_found', 'There is no preset of that name.');
    const lacking = scopesLacking(caller, preset.scopes ?? []);
    if (lacking.length > 0) {
      throw new Refusal('preset_forbidden', `The token lacks the scope ${lacking.join(' ')}.`);
    }
    return preset;
  }

  /** One session, once for each key. Rejects with a {@link Refusal} or the vendor's error. */
  async grant(asked: GrantRequest, signal: AbortSignal): Promise<Granted> {
    const granting = this.#grant(asked, signal);
    this.#grants.add(granting);
    try {
      return await granting;
    } finally {
      this.#grants.delete(granting);
    }
  }

  /**
   * Resolves once each grant that was begun is made or undone, whether or not its caller still waits for it, and each
   * page's word is looked into.
   */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#grants);
    await this.#reports.idle();
    await this.#undoing.idle();
  }

  /** Ends the sessions that nobody will look after once this process is gone, as {@link LastEnds.end}. */
  endOwn(withinMs: number, settled?: Promise<void>): Promise<void> {
    return this.#lastEnds.end(withinMs, settled);
  }

  async #grant({ caller, preset, key, overrides }: GrantRequest, signal: AbortSignal): Promise<Granted> {
    const request = requestOf(preset, overrides);
    const openFirst = (): Promise<Opened> => this.#openFirst(caller, preset, request, signal);
    if (key === undefined) return madeOf(await openFirst());
    let made: Granted | undefined;
    let record: SessionRecord | undefined;
    const makeOnce = async (): Promise<string> => {
      const opened = await openFirst();
      ({ record } = opened);
      made = madeOf(opened);
      return made.answer;
    };
    const intent = { caller: caller.id, key, asked: JSON.stringify([preset.name, overrides ?? {}]) };
    const { answer, giveBack } = await this.#intents.once(intent, signal, makeOnce, async (isUnread) => {
      if (record === undefined) return;
      if (isUnread === undefined) await this.#undoing.undo(record, 'key_lost');
      else await this.#undoing.revoke(record, 'key_lost', isUnread);
    });
    if (made !== undefined) return { ...made, giveBack };
    const before = kept(answer);
    // It may have been ended since, by its caller's word or because nobody waited for the first answer.
    if ((await this.#parts.state.find(before.id))?.status !== 'live') {
      throw new Refusal('session_over', 'The session of this Idempotency-Key has ended or is being ended.');
    }
    return before;
  }

  /** The first that can be had of a preset and those it names in its place. */
  async #openFirst(caller: Caller, preset: Preset, request: object, signal: AbortSignal): Promise<Opened> {
    // What a caller changed is said in one vendor's names, so no other preset can stand in.
    const others = request === preset.request ? this.#standIns(caller, preset) : [];
    const candidates = [preset, ...others];
    const until = performance.now() + VENDOR_DEADLINE_MS;
    let before: Error | undefined;
    for (const [at, one] of candidates.entries()) {
      const now = performance.now();
      const order = {
        caller,
        preset: one,
        request: one === preset ? request : one.request,
        // As they are now: they may have changed while another was tried.
        limits: this.#policy.limits,
        killSwitch: () => this.#policy.killSwitch,
        // Its share of what is left, so that one that hangs leaves time for the next.
        until: now + (until - now) / (candidates.length - at),
      };
      try {
        return await open(this.#opening, order, signal);
      } catch (error) {
        // A limit of the caller's own that let the first one in is reached by what is still being undone of it.
        if (before !== undefined && isCallersOwn(error)) throw before;
        const isLast = at === candidates.length - 1 || signal.aborted;
        if (isLast || !(error instanceof Error) || !anotherMayDo(error)) throw error;
        before = error;
      }
    }
    throw new Error('there is always a first preset');
  }

  #standIns(caller: Caller, { fallback = [] }: Preset): readonly Preset[] {
    return fallback.flatMap((name) => {
      const preset = this.#presets.get(name);
      return preset !== undefined && mayUse(caller, preset) ? [preset] : [];
    });
  }

  async sessions(caller: Caller): Promise<readonly PublicSession[]> {
    return (await this.#parts.state.list(caller.id)).map((record) => this.#publicOf(record));
  }

  async session(caller: Caller, id: string): Promise<PublicSession> {
    return this.#publicOf(await this.#own(caller, id));
  }

  /** The page is there, and may say what its session is called at the vendor. */
  async heartbeat(caller: Caller, id: string, reported?: string): Promise<PublicSession> {
    const beaten = await this.keeper.beat(await this.#own(caller, id));
    if (beaten === undefined) throw new Refusal('session_over', 'The session has ended or is being ended.');
    if (reported !== undefined) this.#reports.take(beaten, reported);
    return this.#publicOf(beaten);
  }

  async end(caller: Caller, id: string, reason = 'asked'): Promise<Ending> {
    const { status } = await this.#own(caller, id);
    if (status === 'ended') return 'ended';
    return (await this.keeper.end(id, reason)) ?? 'ending';
  }

  /** Ends a session whose grant found nobody there. One that was given before stays with those who have it. */
  async abandon({ id, replayed, giveBack }: Granted): Promise<void> {
    if (!replayed) await this.#undoing.abandon(id, 'caller_gone', giveBack);
  }

  /** The session that the secret of its grant proves. */
  async provenSession(id: string, endToken: string): Promise<SessionRecord> {
    const record = await this.#parts.state.find(id);
    if (record === undefined || !isSame(record.endTokenHash, sha256(endToken))) throw noSuchSession();
    return record;
  }

  /** Ends a session whose page says that it is over. */
  async endByPage({ id, status }: SessionRecord): Promise<Ending> {
    if (status === 'ended') return 'ended';
    return (await this.keeper.end(id, 'page_closed')) ?? 'ending';
  }

  /** Whether a page's report of its first picture counts: one of each session, as long as that is not over. */
  async takeFirstFrame({ id, status, createdAt, expiresAt }: SessionRecord): Promise<boolean> {
    if (status === 'ended') return false;
    return this.#parts.state.claimTask(`first-frame:${id}`, Math.ceil(expiresAt - createdAt));
  }

  async #own(caller: Caller, id: string): Promise<SessionRecord> {
    const record = await this.#parts.state.find(id);
    // Another's session is as if it were not there.
    if (record?.caller !== caller.id) throw noSuchSession();
    return record;
  }

  #publicOf(record: SessionRecord): PublicSession {
    return sessionOf(record, this.keeper.canStop(record));
  }

  #lineTo({ name }: Vendor): Line {
    const line = this.#lines.get(name) ?? new Line(name, this.#parts.watch);
    this.#lines.set(name, line);
    return line;
  }
}

function mayUse(caller: Caller, { scopes = [] }: Preset): boolean {
  return scopesLacking(caller, scopes).length === 0;
}

function noSuchSession(): Refusal {
  return new Refusal('session_not_found', 'This caller has no session of that id.');
}

function requestOf(preset: Preset, overrides: Readonly<Record<string, unknown>> = {}): object {
  const fields = Object.keys(overrides);
  if (fields.length === 0) return preset.request;
  const changed = preset.override?.(overrides) ?? { problems: ['overrides is not allowed by this preset'] };
  if ('problems' in changed)
    throw new Refusal('override_refused', sentenceOf(changed.problems.slice(0, ISSUES_SHOWN)));
  return changed.request;
}

const PRESETS_OWN: readonly string[] = ['vendor_line_full', 'vendor_paused', 'killed', 'too_many_sessions'];

/** Whether it is about the vendor or the preset, and not about the caller. */
function anotherMayDo(error: unknown): boolean {
  if (!(error instanceof Refusal)) return isVendorTrouble(error);
  return PRESETS_OWN.includes(error.code) && !isCallersOwn(error);
}

const namesOf = ({ id, vendor, preset }: Grant): Pick<Granted, 'id' | 'vendor' | 'preset'> => ({
  id,
  vendor,
  preset,
});

/** An answer that was made for this request. */
function madeOf({ grant, warm }: Opened): Granted {
  return { ...namesOf(grant), answer: JSON.stringify(grant), replayed: false, warm };
}

/** An answer that was made for an earlier request. */
function kept(answer: string): Granted {
  return { ...namesOf(JSON.parse(answer) as Grant), answer, replayed: true, warm: false };
}

function publicOf({ name, vendor, description, caps, heartbeatSeconds }: Preset): PublicPreset {
  const limits = { ...caps, ...(heartbeatSeconds !== undefined && { heartbeatSeconds }) };
  return { name, vendor, ...(description !== undefined && { description }), limits };
}

function sessionOf(record: SessionRecord, canStop: boolean): PublicSession {
  const { id, preset, vendor, status, createdAt, expiresAt, endReason, usedSeconds } = record;
  return {
    id,
    preset,
    vendor,
    status,
    createdAt: new Date(createdAt),
    expiresAt: new Date(expiresAt),
    canStop,
    ...(endReason !== undefined && { endReason }),
    ...(usedSeconds !== undefined && { usedSeconds }),
  };
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
