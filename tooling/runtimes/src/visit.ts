import { isDeepStrictEqual } from 'node:util';
import type { Sandbox } from '@org/sandbox';
import { expectedOf, STEPS, type Step } from './expected.ts';
import type { Host, Told } from './hosts.ts';
import { NoPackage } from './platform.ts';
import type { Programs } from './programs.ts';
import { KEYS, type Line } from './story/story.ts';

/** A runtime that could not be started here, and why. */
export interface Skipped {
  readonly host: Host;
  readonly skipped: string;
  /** There is none for this platform. */
  readonly isExcused: boolean;
}

/** What came of the story in one runtime. */
export interface Visited {
  readonly host: Host;
  /** The way that a call went there, by what was seen of it. */
  readonly door: string;
  /** What is wrong with each step; `undefined` when it is as it should be. */
  readonly problems: Readonly<Record<Step, string | undefined>>;
  /** From starting the runtime to its end. */
  readonly ms: number;
}

export type Visit = Skipped | Visited;

/** Has the story told in one runtime, and compares it with what every runtime must tell. */
export async function visit(host: Host, programs: Programs, sandbox: Sandbox): Promise<Visit> {
  let otherVersion: string | undefined;
  try {
    otherVersion = await host.start();
  } catch (error) {
    return {
      host,
      skipped: String(error).split('\n', 1).join(''),
      isExcused: error instanceof NoPackage,
    };
  }
  sandbox.reset();
  const startedAt = performance.now();
  const told = await host.tell(programs, sandbox.url);
  const ms = Math.round(performance.now() - startedAt);
  const lines = linesIn(told);
  const requests = sandbox
    .journal()
    .map(({ vendor, operation, status }) => `${vendor} ${String(operation)} ${status}`);
  const facts: Readonly<Record<Step, unknown>> = {
    ...Object.fromEntries(STEPS.map((step) => [step, factOf(lines, step)])),
    requests,
    'clean end': told.complaints,
  } as Record<Step, unknown>;
  const problems = Object.fromEntries(
    STEPS.map((step) => [step, difference(facts[step], expectedOf(host)[step])]),
  ) as Record<Step, string | undefined>;
  problems.guard ??= otherVersion;
  problems['key unseen'] ??= problemOfPrint(told.printed);
  return { host, door: doorIn(facts.door), problems, ms };
}

/** Why a run as a whole is no proof: some runtime was not there that could have been. */
export function complaintOf(visits: readonly Visit[]): string | undefined {
  const missing = visits.filter((one) => 'skipped' in one && !one.isExcused).map(({ host }) => host.name);
  return missing.length > 0
    ? `MISSING: ${missing.join(', ')}, which this platform has a package of: run \`npx -y pnpm@12.21.0 install\``
    : undefined;
}

function linesIn({ lines }: Told): readonly Line[] {
  return lines.filter((line) => line.startsWith('{"step":')).map((line) => JSON.parse(line) as Line);
}

function factOf(lines: readonly Line[], step: string): unknown {
  const line = lines.find((candidate) => candidate.step === step);
  if (line === undefined) return 'the story ended before it';
  return 'failed' in line ? { failed: line.failed } : line.told;
}

function difference(fact: unknown, expected: unknown): string | undefined {
  if (isDeepStrictEqual(fact, expected)) return undefined;
  return `told ${JSON.stringify(fact)}, expected ${JSON.stringify(expected)}`;
}

function problemOfPrint(printed: string): string | undefined {
  const shown = Object.entries(KEYS).find(([, key]) => printed.includes(key));
  if (shown !== undefined) return `the console showed the key "${shown[0]}"`;
  // Otherwise the console showed nothing at all, which proves nothing.
  return printed.includes('AuthenticationError: anam sessionTokens.create')
    ? undefined
    : 'the console did not show the errors';
}

function doorIn(fact: unknown): string {
  const { fetched, undiciAfter } = Object(fact) as { fetched?: unknown; undiciAfter?: unknown };
  if (fetched === 0 && undiciAfter === true) return 'undici';
  return fetched === 1 && undiciAfter === false ? 'fetch' : 'unclear';
}
