/** Who calls, by the proof that came with the request. */
export interface Caller {
  /** Unique among all callers, whatever the proof. Counted by, logged, never secret. */
  readonly id: string;
  readonly tenant?: string;
  /** What the proof allows; `all` for the caller of a server in development. */
  readonly scopes: ReadonlySet<string> | 'all';
}

/** Of the scopes that are asked for, those that a caller lacks. */
export function scopesLacking({ scopes }: Caller, wanted: readonly string[]): readonly string[] {
  return scopes === 'all' ? [] : wanted.filter((scope) => !scopes.has(scope));
}

/** Whoever calls a server that checks nobody. */
export const DEV_CALLER: Caller = { id: 'dev', scopes: 'all' };
