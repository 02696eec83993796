import { createSandbox, type Sandbox } from '@org/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectedOf, STEPS } from '../src/expected.ts';
import { hosts, type Host, type Told } from '../src/hosts.ts';
import { isFor, NoPackage } from '../src/platform.ts';
import type { Programs } from '../src/programs.ts';
import { KEYS } from '../src/story/story.ts';
import { remarksOf, tableOf } from '../src/table.ts';
import { complaintOf, visit } from '../src/visit.ts';

const bun = hosts.find(({ kind }) => kind === 'Bun') as Host;
const CONSOLE = 'AuthenticationError: anam sessionTokens.create: answered 401';
const none = {} as Programs;
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await createSandbox();
});

afterAll(() => sandbox.close());

/** A runtime that tells what is expected, but for `changed`; the sandbox hears nothing of it. */
function liar(changed: Readonly<Record<string, unknown>>, told: Partial<Told> = {}): Host {
  const lines = Object.entries({ ...expectedOf(bun), ...changed }).map(([step, fact]) =>
    JSON.stringify(fact instanceof Error ? { step, failed: String(fact) } : { step, told: fact }),
  );
  return {
    ...bun,
    start: () => Promise.resolve(undefined),
    tell: () => Promise.resolve({ lines, complaints: '', printed: CONSOLE, ...told }),
  };
}

/** The steps that have a problem, besides the requests that were never sent. */
async function problemsOf(host: Host): Promise<readonly string[]> {
  const visited = await visit(host, none, sandbox);
  if ('skipped' in visited) throw new Error(visited.skipped);
  return STEPS.filter((step) => step !== 'requests' && visited.problems[step] !== undefined);
}

test('what is told as expected has no problems, but requests that nobody sent are missed', async () => {
  expect(await problemsOf(liar({}))).toEqual([]);
  expect(remarksOf(await visit(liar({}), none, sandbox))).toEqual([
    expect.stringMatching(/^✗ Bun, requests: told \[\], expected \["simli/),
  ]);
});

test.each([
  ['another runtime', { guard: { name: 'Node', version: '24.0.0' } }, 'guard'],
  ['another version', { guard: { name: 'Bun', version: '1.0.0' } }, 'guard'],
  ['the entry of Node', { entry: 'index.node.js' }, 'entry'],
  ['undici where fetch belongs', { door: expectedOf(hosts[0] as Host).door }, 'door'],
  ['a step that failed', { 'mint Anam': new Error('no') }, 'mint Anam'],
  ['a call that was not repeated', { 'retry after 503': [] }, 'retry after 503'],
])('%s is seen', async (_what, changed, step) => {
  expect(await problemsOf(liar(changed))).toEqual([step]);
});

test('a binary of another version than the one asked for is seen', async () => {
  const start = (): Promise<string> => Promise.resolve('the catalog asks for 2, and the binary is 1');
  expect(await problemsOf({ ...liar({}), start })).toEqual(['guard']);
});

test('a key on the console is seen, and a console without errors proves nothing', async () => {
  expect(await problemsOf(liar({}, { printed: `${CONSOLE} ${KEYS.refused}` }))).toEqual(['key unseen']);
  expect(await problemsOf(liar({}, { printed: '' }))).toEqual(['key unseen']);
});

test('a warning, and a story that ends early, are seen', async () => {
  expect(await problemsOf(liar({}, { complaints: 'Warning: a leak' }))).toEqual(['clean end']);
  expect(await problemsOf(liar({}, { lines: [] }))).toHaveLength(STEPS.length - 2);
});

const without = (error: Error): Host => ({ ...bun, start: () => Promise.reject(error) });

test('a runtime that cannot be started is named with the reason, and the run is no proof', async () => {
  const skipped = await visit(without(new Error('exec format error\nand more')), none, sandbox);
  const visited = await visit(liar({}), none, sandbox);
  expect(remarksOf(skipped)).toEqual([
    'SKIPPED: Bun cannot be started on this machine: Error: exec format error',
  ]);
  expect(tableOf([skipped])).toContain('skipped');
  expect(complaintOf([visited, skipped])).toMatch(/^MISSING: Bun, .*install/);
  expect(complaintOf([visited])).toBeUndefined();
});

test('a runtime that has no package for the platform is skipped, and the run is still a proof', async () => {
  const skipped = await visit(without(new NoPackage('bun has no package for it')), none, sandbox);
  expect(remarksOf(skipped)).toEqual([
    'SKIPPED: Bun cannot be started on this machine: NoPackage: bun has no package for it',
  ]);
  expect(complaintOf([skipped])).toBeUndefined();
});

test.each([
  ['@deno/linux-x64-glibc', 'linux', 'x64', true],
  ['@cloudflare/workerd-linux-64', 'linux', 'x64', true],
  ['@oven/bun-darwin-aarch64', 'darwin', 'arm64', true],
  ['@oven/bun-windows-x64', 'win32', 'x64', true],
  ['@oven/bun-windows-x64', 'win32', 'arm64', false],
  ['@deno/darwin-x64', 'win32', 'x64', false],
  ['@cloudflare/workerd-linux-arm64', 'linux', 'riscv64', false],
])('%s for %s on %s: %s', (name, platform, arch, fits) => {
  expect(isFor(name, platform, arch)).toBe(fits);
});
