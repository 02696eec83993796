import type * as variables from '../../../apps/token-server/src/config/variables.ts';
import type * as problems from '../../../apps/token-server/src/http/problem-codes.ts';
import type * as metrics from '../../../apps/token-server/src/ops/metrics.ts';
import { code, table, type Tables } from './markdown.ts';
import { results } from './results.ts';
import { load, root } from './workspace.ts';

const source = (file: string): string => `${root}/apps/token-server/src/${file}`;

/** The tables of the token server's README and of the page for its operators. */
export async function tokenServerTables(): Promise<Tables> {
  const { VARIABLES } = await load<typeof variables>(source('config/variables.ts'));
  const { METRICS } = await load<typeof metrics>(source('ops/metrics.ts'));
  const { PROBLEM_KINDS } = await load<typeof problems>(source('http/problem-codes.ts'));
  return {
    measured: () => results('bench/BROKER.md'),
    settings: () =>
      table(
        ['variable', 'flag', 'default', 'meaning'],
        Object.entries(VARIABLES).map(([name, { flag, takes, fallback, meaning }]) => [
          code(name),
          codeOrNothing(takes === undefined ? flag : `${flag ?? ''} <${takes}>`),
          codeOrNothing(fallback),
          meaning,
        ]),
      ),
    metrics: () =>
      table(
        ['metric', 'says'],
        Object.entries(METRICS).map(([name, says]) => [code(name), says]),
      ),
    problems: () =>
      table(
        ['code', 'status', 'what happened', '`Retry-After`'],
        Object.entries(PROBLEM_KINDS).map(([name, { status, title, retryAfterSeconds, waitsUntil }]) => [
          code(name),
          String(status),
          title,
          waitsUntil ?? (retryAfterSeconds === undefined ? '' : `${retryAfterSeconds} s`),
        ]),
      ),
  };
}

function codeOrNothing(text: string | undefined): string {
  return text === undefined ? '' : code(text);
}
