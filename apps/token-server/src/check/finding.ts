/**
 * `good`: tried, and well. `note`: cannot be known from here, or is worth a look. `unanswered`: it could not be tried.
 * `wrong`: callers would be refused, or billed for more than was meant.
 */
export type Level = 'good' | 'note' | 'unanswered' | 'wrong';

/** One line of what was found. */
export interface Finding {
  readonly level: Level;
  /** A variable, or a place in the file of presets. */
  readonly where: string;
  /** What is, and what to do. */
  readonly message: string;
}

/** For pipelines: 0 nothing is wrong, 1 something is, 2 nothing is but something could not be tried. */
export function exitCodeOf(findings: readonly Finding[]): 0 | 1 | 2 {
  if (findings.some(({ level }) => level === 'wrong')) return 1;
  return findings.some(({ level }) => level === 'unanswered') ? 2 : 0;
}

export function lineOf({ level, where, message }: Finding): string {
  // What a vendor said may have lines of its own.
  return `${level.padEnd(11)}${where}: ${message}`.replace(/\s+/g, (blank) =>
    /[\r\n]/.test(blank) ? ' ' : blank,
  );
}
