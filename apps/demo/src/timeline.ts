/** What happened in one session, and when, counted from its first entry. */
export interface TimelineEntry {
  readonly atMs: number;
  readonly text: string;
  readonly tone: Tone;
}

export type Tone = 'plain' | 'good' | 'warning' | 'bad';

/** Enough for an hour's conversation; the beginning matters most, so what is dropped comes from the middle. */
const MAX_ENTRIES = 200;
const KEPT_FROM_THE_START = 20;

export class Timeline {
  readonly #now: () => number;
  readonly #changed: (entries: readonly TimelineEntry[]) => void;
  #startedAt: number | undefined;
  #entries: TimelineEntry[] = [];

  constructor(
    changed: (entries: readonly TimelineEntry[]) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#changed = changed;
    this.#now = now;
  }

  get entries(): readonly TimelineEntry[] {
    return this.#entries;
  }

  /** Begins again, at zero. */
  restart(): void {
    this.#startedAt = undefined;
    this.#entries = [];
    this.#changed(this.#entries);
  }

  /** Notes what happens now, and says how long after the first it was. */
  note(text: string, tone: Tone = 'plain'): number {
    const now = this.#now();
    this.#startedAt ??= now;
    const atMs = now - this.#startedAt;
    this.#entries = [...this.#entries, { atMs, text, tone }];
    if (this.#entries.length > MAX_ENTRIES) this.#entries.splice(KEPT_FROM_THE_START, 1);
    this.#changed(this.#entries);
    return atMs;
  }
}

/** 340 ms, 2.4 s, 1:05. */
export function elapsed(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  return clock(Math.floor(ms / 1000));
}

/** 0:07, 9:59, 1:00:00. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  const rest = `${hours > 0 ? two(minutes) : minutes}:${two(whole % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
