import { endReasons } from '../contracts/liveavatar.ts';
import type { Vendor } from '../vendor.ts';

/** What can be made to go wrong while a face is shown, or before it is. */
export type DisturbanceKind =
  | 'freeze'
  | 'noVideo'
  | 'deadMedia'
  | 'signallingDrop'
  | 'signallingSilent'
  | 'end'
  | 'capacity'
  | 'badToken';

export interface Disturbance {
  readonly kind: DisturbanceKind;
  /** How long after the first frame it strikes the next session, in real milliseconds; 2000 by default. */
  readonly afterMs?: number | undefined;
  /** What the vendor gives as the reason; of `end` only, and LiveAvatar has a list of its own. */
  readonly reason?: string | undefined;
}

/** Whom it strikes: the next session, every live one, or the live one with this id. */
export type DisturbanceTarget = 'next' | 'live' | (string & {});

interface DisturbanceRule {
  readonly does: string;
  /** When it may strike: at the admission of a session, from its start, or once it lives. */
  readonly at: 'admission' | 'start' | 'live';
}

/** Every kind, with what it does; the README's table is made of it. */
export const disturbanceKinds: Readonly<Record<DisturbanceKind, DisturbanceRule>> = {
  freeze: { at: 'live', does: 'no more frames, while the sound goes on' },
  noVideo: { at: 'start', does: 'a video track without a single frame; the sound is there' },
  deadMedia: {
    at: 'live',
    does: 'the media connection dies, and none is made any more; signalling stays up',
  },
  signallingDrop: { at: 'live', does: 'the WebSocket breaks once; the session stays for 10 s to be resumed' },
  signallingSilent: { at: 'start', does: 'the WebSocket opens, and nothing is ever answered on it' },
  end: { at: 'live', does: 'the vendor ends the session, in its own words, with `reason`' },
  capacity: { at: 'admission', does: 'the next session is refused for want of capacity' },
  badToken: { at: 'admission', does: 'the next session is refused as if its token were wrong' },
};

const MAX_AFTER_MS = 600_000;
/** Long enough for a client to have seen frames. */
export const DEFAULT_AFTER_MS = 2000;

/** Throws a TypeError that names the field at fault. */
export function checkDisturbance(vendor: Vendor, value: unknown, target: unknown): void {
  if (typeof value !== 'object' || value === null) throw new TypeError('disturbance: must be an object');
  const unknown = Object.keys(value).find((field) => !['kind', 'afterMs', 'reason'].includes(field));
  if (unknown !== undefined) throw new TypeError(`disturbance.${unknown}: is not a field of a disturbance`);
  const { kind, afterMs, reason } = value as Record<string, unknown>;
  if (typeof kind !== 'string' || !Object.hasOwn(disturbanceKinds, kind)) {
    throw new TypeError(`disturbance.kind: must be one of ${Object.keys(disturbanceKinds).join(', ')}`);
  }
  const { at } = disturbanceKinds[kind as DisturbanceKind];
  if (typeof target !== 'string' || target === '') {
    throw new TypeError("on: must be 'next', 'live' or the id of a live session");
  }
  if (at !== 'live' && target !== 'next') throw new TypeError(`on: must be 'next' for ${kind}`);
  if (afterMs !== undefined) checkAfter(kind, at, target, afterMs);
  if (reason !== undefined) checkReason(vendor, kind, reason);
}

function checkReason(vendor: Vendor, kind: string, reason: unknown): void {
  if (kind !== 'end' || typeof reason !== 'string') {
    throw new TypeError('disturbance.reason: must be a text, and only for end');
  }
  if (vendor === 'liveavatar' && !endReasons.includes(reason)) {
    throw new TypeError(`disturbance.reason: must be one of ${endReasons.join(', ')}`);
  }
}

function checkAfter(kind: string, at: DisturbanceRule['at'], target: string, afterMs: unknown): void {
  if (at !== 'live') throw new TypeError(`disturbance.afterMs: is not a field of ${kind}`);
  if (target !== 'next') throw new TypeError('disturbance.afterMs: is only for the next session');
  if (!Number.isInteger(afterMs) || (afterMs as number) < 0 || (afterMs as number) > MAX_AFTER_MS) {
    throw new TypeError(
      `disturbance.afterMs: must be a whole number of milliseconds, at most ${MAX_AFTER_MS}`,
    );
  }
}
