import * as z from 'zod/mini';
import type { LocatedProblem } from './located-yaml.ts';
import { VENDOR_NAMES, type VendorName } from './vendor-names.ts';

/** `count` may come at once, and from then on as many in each `seconds`, evenly. */
export interface RequestRate {
  readonly count: number;
  readonly seconds: number;
}

/** The leash: what callers may use up. What is `undefined` has no limit. */
export interface Limits {
  readonly requests: {
    readonly perCaller: RequestRate | undefined;
    readonly perAddress: RequestRate | undefined;
    readonly overall: RequestRate | undefined;
  };
  readonly sessions: {
    readonly perCaller: number | undefined;
    readonly perVendor: { readonly [Name in VendorName]?: number | undefined };
  };
  readonly minutesPerCallerAndDay: number | undefined;
}

/** Of a server in development, whose callers are its owner. */
export const NO_LIMITS: Limits = {
  requests: { perCaller: undefined, perAddress: undefined, overall: undefined },
  sessions: { perCaller: undefined, perVendor: {} },
  minutesPerCallerAndDay: undefined,
};

/** Where the file says nothing: no server is without a leash because nobody thought of one. */
export const DEFAULT_LIMITS: Limits = {
  requests: {
    perCaller: { count: 30, seconds: 60 },
    perAddress: { count: 120, seconds: 60 },
    overall: { count: 3_000, seconds: 60 },
  },
  sessions: { perCaller: 2, perVendor: {} },
  minutesPerCallerAndDay: 120,
};

type OrNone<Value> = Value | 'none' | undefined;

export interface WrittenLimits {
  requests?:
    | {
        perCaller?: OrNone<{ count: number; seconds: number }>;
        perAddress?: OrNone<{ count: number; seconds: number }>;
        overall?: OrNone<{ count: number; seconds: number }>;
      }
    | undefined;
  sessions?:
    | { perCaller?: OrNone<number>; perVendor?: { [Name in VendorName]?: number | undefined } | undefined }
    | undefined;
  minutesPerCallerAndDay?: OrNone<number>;
}

export type KillSwitch = ReadonlySet<VendorName | 'all'>;

const orNone = <Schema extends z.ZodMiniType>(
  schema: Schema,
): z.ZodMiniOptional<z.ZodMiniUnion<[Schema, z.ZodMiniLiteral<'none'>]>> =>
  z.optional(z.union([schema, z.literal('none')], { error: 'must be a limit, or none' }));
/** For whoever lifts all of them at once. */
const notNone = (message: string): { error: (issue: { input?: unknown }) => string | undefined } => ({
  error: ({ input }) => (input === 'none' ? message : undefined),
});
const rate = z.strictObject({
  count: z.int().check(z.gte(1), z.lte(1_000_000)),
  seconds: z.int().check(z.gte(1), z.lte(86_400)),
});
const count = z.int().check(z.gte(0), z.lte(1_000_000));

export const limitsSchema: z.ZodMiniType<WrittenLimits> = z.strictObject({
  requests: z.optional(
    z.strictObject(
      { perCaller: orNone(rate), perAddress: orNone(rate), overall: orNone(rate) },
      notNone('must hold limits: write none in the place of one, such as perCaller: none'),
    ),
  ),
  sessions: z.optional(
    z.strictObject({
      perCaller: orNone(count),
      perVendor: z.optional(
        z.strictObject(
          { simli: z.optional(count), anam: z.optional(count), liveavatar: z.optional(count) },
          notNone('must hold vendors: leave out the ones without a limit'),
        ),
      ),
    }),
  ),
  minutesPerCallerAndDay: orNone(count),
});

/** What the file says, over what holds without it. */
export function limitsOf(written: WrittenLimits | undefined, unwritten: Limits): Limits {
  const { requests = {}, sessions = {}, minutesPerCallerAndDay } = written ?? {};
  const or = <Value>(given: OrNone<Value>, otherwise: Value | undefined): Value | undefined =>
    given === 'none' ? undefined : (given ?? otherwise);
  return {
    requests: {
      perCaller: or(requests.perCaller, unwritten.requests.perCaller),
      perAddress: or(requests.perAddress, unwritten.requests.perAddress),
      overall: or(requests.overall, unwritten.requests.overall),
    },
    sessions: {
      perCaller: or(sessions.perCaller, unwritten.sessions.perCaller),
      perVendor: { ...unwritten.sessions.perVendor, ...sessions.perVendor },
    },
    minutesPerCallerAndDay: or(minutesPerCallerAndDay, unwritten.minutesPerCallerAndDay),
  };
}

/** `all`, or a list of vendors. */
export function killSwitchOf(written: unknown): KillSwitch | LocatedProblem {
  const items: readonly unknown[] = Array.isArray(written) ? written : written === undefined ? [] : [written];
  const names = ['all', ...VENDOR_NAMES] as const;
  const known = names.filter((name) => items.includes(name));
  return known.length === new Set(items).size
    ? new Set(known)
    : { path: ['killSwitch'], message: `must be all, or a list of ${VENDOR_NAMES.join(', ')}` };
}
