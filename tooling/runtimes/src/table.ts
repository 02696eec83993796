import { markdownTable } from 'markdown-table';
import { STEPS } from './expected.ts';
import type { Visit } from './visit.ts';

/** The visits as a Markdown table. */
export function tableOf(visits: readonly Visit[]): string {
  return markdownTable([['runtime', 'version', 'sends by', ...STEPS, 'ms'], ...visits.map(rowOf)]);
}

function rowOf(visit: Visit): readonly string[] {
  const { name, version } = visit.host;
  if ('skipped' in visit) return [name, version, 'skipped', ...STEPS.map(() => '–'), '–'];
  const marks = STEPS.map((step) => (visit.problems[step] === undefined ? '✓' : '✗'));
  return [name, version, visit.door, ...marks, `${visit.ms}`];
}

/** What the table cannot say: why a runtime was skipped, and what is wrong with a step. */
export function remarksOf(visit: Visit): readonly string[] {
  const { name } = visit.host;
  if ('skipped' in visit) return [`SKIPPED: ${name} cannot be started on this machine: ${visit.skipped}`];
  return STEPS.flatMap((step) => {
    const problem = visit.problems[step];
    return problem === undefined ? [] : [`✗ ${name}, ${step}: ${problem}`];
  });
}
