import type { Drill } from '../drill.ts';
import { answers } from './answers.ts';
import { cancelling } from './cancelling.ts';
import { failingAnswers } from './failing-answers.ts';
import { outages } from './outage.ts';
import { resets } from './resets.ts';
import { retryAfter } from './retry-after.ts';
import { secrets } from './secrets.ts';
import { timeouts } from './timeouts.ts';

/** One table of the scoreboard. */
export interface Group {
  readonly title: string;
  readonly drills: readonly Drill[];
}

export const groups: readonly Group[] = [
  { title: 'Answers that fail', drills: failingAnswers },
  { title: 'An outage', drills: outages },
  { title: 'Told to wait', drills: retryAfter },
  { title: 'Silence, resets, cancelling', drills: [...timeouts, ...resets, ...cancelling] },
  { title: 'Secrets and odd answers', drills: [...secrets, ...answers] },
];

export const drills: readonly Drill[] = groups.flatMap((group) => group.drills);
