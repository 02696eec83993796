import type { Limits, RequestRate } from '../config/limits.ts';
import type { Preset } from '../config/presets.ts';
import type { Rate, SessionLimits, SessionRefusal, State } from '../state/state.ts';
import { Refusal } from './refusal.ts';

/** What requests are counted for. Asking for sessions never starves the heartbeats of those that run. */
export type RequestKind = 'ask' | 'tend' | 'stranger';

const WHOSE: Readonly<Record<string, string>> = {
  perCaller: 'this caller may send',
  perAddress: 'may come from one address',
  overall: 'this server takes in all',
};

/** Counts one request against its caller, its address and all. Throws a {@link Refusal} that names the limit. */
export async function countRequest(
  state: State,
  { requests }: Limits,
  kind: RequestKind,
  { caller, address }: { caller?: string; address: string },
): Promise<void> {
  const counted: { limit: string; rate: Rate }[] = [];
  const add = (limit: string, rate: RequestRate | undefined, key: string): void => {
    if (rate === undefined) return;
    const windowMs = rate.seconds * 1_000;
    counted.push({ limit, rate: { key: `${kind}:${key}`, count: rate.count, windowMs } });
  };
  if (caller !== undefined) add('perCaller', requests.perCaller, `caller:${caller}`);
  add('perAddress', requests.perAddress, `address:${address}`);
  // Who cannot say who they are must not keep those out who can.
  if (kind !== 'stranger') add('overall', requests.overall, 'overall');
  if (counted.length === 0) return;
  const refusal = await state.take(counted.map(({ rate }) => rate));
  if (refusal === undefined) return;
  const limit = counted[refusal.index]?.limit ?? 'overall';
  throw new Refusal('too_many_requests', `More requests than ${WHOSE[limit] ?? 'are allowed'}.`, {
    limit: `requests.${limit}`,
    retryAfterMs: refusal.retryAfterMs,
  });
}

/** What a session of a preset must fit into. */
export function limitsFor({ sessions, vendor }: Preset, limits: Limits): SessionLimits {
  const { perCaller, perVendor } = limits.sessions;
  const minutes = limits.minutesPerCallerAndDay;
  return {
    caller: perCaller,
    preset: sessions,
    vendor: perVendor[vendor],
    secondsPerDay: minutes === undefined ? undefined : minutes * 60,
  };
}

const FULL: Readonly<Record<SessionRefusal['limit'], string>> = {
  caller: 'This caller has as many sessions as one may have at once.',
  preset: 'This preset has as many sessions as it may have at once.',
  vendor: 'This vendor has as many sessions as this server allows at once.',
  minutes: 'The session does not fit into what this caller may use up in a day.',
};

const CALLERS_LIMITS = { caller: 'sessions.perCaller', minutes: 'minutesPerCallerAndDay' } as const;

/** Names the limit as the file does in which the owner has set it. */
export function refusalOf(
  { limit, retryAfterMs }: SessionRefusal,
  { name, vendor }: Pick<Preset, 'name' | 'vendor'>,
): Refusal {
  const settings = {
    ...CALLERS_LIMITS,
    preset: `presets.${name}.sessions`,
    vendor: `sessions.perVendor.${vendor}`,
  };
  const code = limit === 'minutes' ? 'minutes_used_up' : 'too_many_sessions';
  return new Refusal(code, FULL[limit], { limit: settings[limit], retryAfterMs });
}

/** Whether the caller holds as much as it may, of whatever preset. */
export function isCallersOwn(error: unknown): boolean {
  const own: readonly string[] = Object.values(CALLERS_LIMITS);
  return error instanceof Refusal && own.includes(error.limit ?? '');
}
