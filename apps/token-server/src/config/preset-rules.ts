import type { StandardSchema } from '@org/core';

/** What a session may use up at most. */
export interface Caps {
  readonly maxSessionSeconds: number;
  readonly idleSeconds?: number;
}

/** Where each cap goes in a vendor's request, as a path of fields. */
export type CapFields = Readonly<Partial<Record<keyof Caps, readonly string[]>>>;

/** What must be known of a vendor to check its presets. */
export interface PresetRules {
  /** The vendor package's own check of the request that mints. */
  readonly request: StandardSchema<unknown>;
  /** Where the vendor takes the caps. No caller ever sets these fields. */
  readonly capFields: CapFields;
  /** Whether this request takes no cap, because it names something whose own cap holds. */
  readonly takesNoCap?: (request: object) => boolean;
  /** The idle cap of a preset that names none; absent where the vendor has no such cap. */
  readonly idleSeconds?: number;
  /** Whether the server can start a session, so that the page only joins it. */
  readonly canStart?: boolean;
  /** Whether it ends a session that the heartbeats of its page do not keep alive. */
  readonly needsKeepAlive?: boolean;
  /** Whether a token that nobody uses costs nothing and lives long enough to be minted ahead. */
  readonly canWait?: boolean;
}

/** A field of a vendor's request, from the outside in. No part of it leads to a prototype. */
export const FIELD_PATH: RegExp =
  /^(?!.*(?:^|\.)(?:__proto__|constructor|prototype)(?:\.|$))[A-Za-z_]\w*(?:\.[A-Za-z_]\w*){0,7}$/;
