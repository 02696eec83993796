import { randomUUID } from 'node:crypto';
import { LEASE_SLACK_SECONDS, PENDING_MS, REDEEM_SECONDS } from '../config/constants.ts';
import type { KillSwitch, Limits } from '../config/limits.ts';
import type { Preset } from '../config/presets.ts';
import { sha256 } from '../sha256.ts';
import type { SessionRecord, State } from '../state/state.ts';
import { mayBeDone } from '../vendors/failures.ts';
import type { Minted, Vendor, Vendors } from '../vendors/vendor.ts';
import type { Caller } from './caller.ts';
import type { Grant } from './grant.ts';
import { limitsFor, refusalOf } from './leash.ts';
import type { Line, MakeCall } from './line.ts';
import { Refusal } from './refusal.ts';
import type { Undoing } from './undoing.ts';
import type { Watch } from './watch.ts';

export interface OpeningParts {
  readonly state: State;
  readonly vendors: Vendors;
  readonly undoing: Undoing;
  readonly watch: Watch;
  readonly lineTo: (vendor: Vendor) => Line;
  /** A token that is kept ready for the preset, if there is one. */
  readonly warm: (preset: Preset) => Minted | undefined;
}

/** What is to be opened. */
export interface Order {
  readonly caller: Caller;
  readonly preset: Preset;
  /** The preset's request, or what the caller made of it. */
  readonly request: object;
  readonly limits: Limits;
  /** As it is at the time: while the vendor is asked it may be thrown. */
  readonly killSwitch: () => KillSwitch;
  /** When the vendor must have answered, repeats and all its calls included, by `performance.now()`. */
  readonly until: number;
}

/** A grant, and how it came about. */
export interface Opened {
  readonly grant: Grant;
  readonly warm: boolean;
  readonly record: SessionRecord;
}

/** Opens one session: a lease first, then the vendor; and whatever goes wrong, nothing is left running. */
export async function open(parts: OpeningParts, order: Order, signal: AbortSignal): Promise<Opened> {
  const { state, vendors, undoing, watch } = parts;
  const { preset, caller } = order;
  const vendor = vendors[preset.vendor];
  if (vendor === undefined)
    throw new Error(`preset ${preset.name} names ${preset.vendor}, which is not open`);
  refuseKilled(order);
  // 122 random bits, of those that Node keeps ready.
  const endToken = randomUUID().replaceAll('-', '');
  const record = await reserve(state, order, endToken);
  const { id } = record;
  const attempt: Attempt = { order, vendor, signal, record, since: performance.now(), inDoubt: false };
  try {
    const { minted, warm } = await obtain(parts, attempt);
    refuseKilled(order);
    const live = await settle(state, preset, attempt.record);
    if (live === undefined) throw endedMeanwhile();
    attempt.record = live;
    signal.throwIfAborted();
    watch.granted({ vendor: vendor.name, preset: preset.name, caller: caller.id, id, warm });
    return { grant: grantOf(order, vendor, live, minted, endToken), warm, record: live };
  } catch (error) {
    const reason = signal.aborted ? 'caller_gone' : 'start_failed';
    await undoing.undo(attempt.record, reason, attempt.inDoubt);
    throw error;
  }
}

/** One attempt to open a session, and what is to be undone if it comes to nothing. */
interface Attempt {
  readonly order: Order;
  readonly vendor: Vendor;
  /** Aborted when the caller has left. */
  readonly signal: AbortSignal;
  record: SessionRecord;
  /** When the record was made, by `performance.now()`. */
  readonly since: number;
  /** Whether the vendor was asked to start it, and did not say that it has not. */
  inDoubt: boolean;
}

/** By its caller, who can see it in the list; or because it took so long that it was taken for lost. */
function endedMeanwhile(): Refusal {
  return new Refusal('session_over', 'The session was ended before it was granted.');
}

function refuseKilled({ killSwitch: current, preset }: Order): void {
  const killSwitch = current();
  if (!killSwitch.has('all') && !killSwitch.has(preset.vendor)) return;
  const limit = killSwitch.has('all') ? 'killSwitch.all' : `killSwitch.${preset.vendor}`;
  throw new Refusal('killed', 'The owner of this server grants no new sessions for now.', { limit });
}

async function reserve(state: State, order: Order, endToken: string): Promise<SessionRecord> {
  const { preset, caller, limits } = order;
  const { heartbeatSeconds, start, trustPages, caps } = preset;
  const { maxSessionSeconds } = caps;
  const answer = await state.reserve(
    {
      id: randomUUID(),
      caller: caller.id,
      tenant: caller.tenant,
      preset: preset.name,
      vendor: preset.vendor,
      leaseMs: (secondsToBegin(preset) + maxSessionSeconds + LEASE_SLACK_SECONDS) * 1_000,
      pendingMs: PENDING_MS,
      reservedSeconds: maxSessionSeconds,
      endTokenHash: sha256(endToken),
      heartbeatSeconds,
      start,
      trustPages,
    },
    limitsFor(preset, limits),
  );
  if ('limit' in answer) throw refusalOf(answer, preset);
  return answer;
}

async function obtain(parts: OpeningParts, attempt: Attempt): Promise<{ minted: Minted; warm: boolean }> {
  const { order, vendor, signal } = attempt;
  const { preset, request } = order;
  const kept = request === preset.request && preset.start !== true ? parts.warm(preset) : undefined;
  if (kept !== undefined) return { minted: kept, warm: true };
  const within = { deadlineMs: msLeft(order), signal };
  return parts.lineTo(vendor).turn(async (makeCall) => {
    const minted = await makeCall('mint', () => vendor.mint({ request }, within));
    const { vendorSessionId } = minted;
    if (vendorSessionId !== undefined) {
      attempt.record = { ...attempt.record, vendorSessionId };
      // Before it is started: whoever looks after it when this process dies must know what to stop.
      const noted = await parts.state.change(attempt.record.id, { vendorSessionId });
      if (noted === undefined) throw endedMeanwhile();
    }
    if (preset.start !== true) return { minted, warm: false };
    return { minted: { ...minted, connect: await startAtVendor(makeCall, attempt, minted) }, warm: false };
  });
}

/** Starts a session at its vendor. A caller who leaves does not cut it short: what is half begun cannot be stopped. */
async function startAtVendor(
  makeCall: MakeCall,
  attempt: Attempt,
  minted: Minted,
): Promise<Minted['connect']> {
  const { order, vendor, signal } = attempt;
  signal.throwIfAborted();
  refuseKilled(order);
  const within = { deadlineMs: msLeft(order) };
  try {
    const connect = await makeCall('start', async () => {
      if (vendor.start === undefined) throw new Error(`${vendor.name} cannot start sessions`);
      return vendor.start(minted, within);
    });
    // Known from now on, whatever keeps the state from noting it: only what has begun is stopped until it has ended.
    const startedAt = attempt.record.createdAt + Math.floor(performance.now() - attempt.since);
    attempt.record = { ...attempt.record, startedAt };
    return connect;
  } catch (error) {
    attempt.inDoubt = mayBeDone(error);
    throw error;
  }
}

/** What is left of the time; a client takes no less than a millisecond. */
function msLeft({ until }: Order): number {
  return Math.max(1, Math.floor(until - performance.now()));
}

/** How long a page may take to begin it; none for one that the server has started. */
function secondsToBegin({ start }: Preset): number {
  return start === true ? 0 : REDEEM_SECONDS;
}

async function settle(
  state: State,
  preset: Preset,
  { id, createdAt, expiresAt }: SessionRecord,
): Promise<SessionRecord | undefined> {
  const { heartbeatSeconds } = preset;
  const dueInMs =
    heartbeatSeconds === undefined
      ? expiresAt - createdAt
      : (secondsToBegin(preset) + heartbeatSeconds) * 1_000;
  return state.change(id, { status: 'live', stamp: 'startedAt', dueInMs });
}

function redeemByOf(createdAt: number): string {
  return new Date(createdAt + REDEEM_SECONDS * 1_000).toISOString();
}

function grantOf(
  { preset }: Order,
  { name, capabilities }: Vendor,
  { id, createdAt }: SessionRecord,
  { token, expiresAt, connect }: Minted,
  endToken: string,
): Grant {
  const { heartbeatSeconds } = preset;
  return {
    id,
    vendor: name,
    preset: preset.name,
    token,
    ...(expiresAt !== undefined && { expiresAt: expiresAt.toISOString() }),
    ...(preset.start !== true && { redeemBy: redeemByOf(createdAt) }),
    connect,
    limits: { ...preset.caps, ...(heartbeatSeconds !== undefined && { heartbeatSeconds }) },
    capabilities,
    endToken,
  };
}
