/** Notes each timer of the process from here on, so that a client that sleeps can be asked for how long. */
interface Armed {
  readonly at: number;
  readonly delayMs: number;
}

const armed: Armed[] = [];
const original = globalThis.setTimeout;

function noting(callback: (...args: unknown[]) => void, delayMs = 0, ...args: unknown[]): NodeJS.Timeout {
  armed.push({ at: performance.now(), delayMs });
  return original(callback, delayMs, ...args);
}

globalThis.setTimeout = Object.assign(noting, original) as typeof setTimeout;

/** The longest timer that was set since then, in milliseconds. */
export function longestTimerSince(at: number): number {
  return Math.max(0, ...armed.filter((timer) => timer.at >= at).map(({ delayMs }) => delayMs));
}
