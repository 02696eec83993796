import type { Sandbox } from '@org/sandbox';
import { ask } from './ask.ts';

const PAGE_SIZE = 100;

/** What runs, and is billed, at LiveAvatar, by the vendor's own list. */
export async function runningAt({ liveavatar }: Pick<Sandbox, 'liveavatar'>): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let page = 1; ; page++) {
    const url = `${liveavatar.baseUrl}/v1/sessions?type=active&page=${page}&page_size=${PAGE_SIZE}`;
    const { json } = await ask(url, { headers: { 'x-api-key': 'any-key' } });
    const { results } = (json as { data: { results: readonly { id: string }[] } }).data;
    ids.push(...results.map(({ id }) => id));
    if (results.length < PAGE_SIZE) return ids;
  }
}

/** One line of the log about a session: that it was granted, or its receipt. */
export interface AuditLine {
  readonly audit: 'granted' | 'ended';
  readonly session: string;
  readonly preset: string;
  readonly vendor_session?: string;
  readonly seconds?: number;
  readonly reason?: string;
}

/** The audit lines of a log. */
export function auditIn(lines: readonly string[], kind: AuditLine['audit']): readonly AuditLine[] {
  return lines
    .filter((line) => line.includes(`"audit":"${kind}"`))
    .map((line) => JSON.parse(line) as AuditLine);
}
