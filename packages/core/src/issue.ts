/** What is wrong with one field. Holds no values, so it can be shown and logged. */
export interface Issue {
  /** The field, such as `personaConfig.voiceDetectionOptions.speechEnhancementLevel`; empty for the whole. */
  readonly path: string;
  /** The rule that it breaks, such as `must be at most 1`. */
  readonly message: string;
}

// A caller's own key may be of any length, and the path is for reading.
const LONGEST_KEY = 80;

// More of them say no more, and fill logs.
const MOST_ISSUES = 50;

/** What was found wrong, as far as it is worth telling, and how much more there is. */
export function firstIssues<Found>(found: readonly Found[], describe: (found: Found) => Issue): Issue[] {
  const issues = found.slice(0, MOST_ISSUES).map(describe);
  const left = found.length - issues.length;
  return left === 0 ? issues : [...issues, { path: '', message: `has further issues: ${left}` }];
}

/** Issues as part of a sentence; `whole` is what an issue without a path is of. */
export function sentenceOf(issues: readonly Issue[], whole: string): string {
  return issues.map(({ path, message }) => `${path || whole} ${message}`).join('; ');
}

/** A path as people write it: `results[2].id`. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else text += `${text === '' ? '' : '.'}${String(key).slice(0, LONGEST_KEY)}`;
  }
  return text;
}
