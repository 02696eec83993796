import { createSandbox, type Sandbox } from '@org/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hosts } from '../src/hosts.ts';
import { writePrograms, type Programs } from '../src/programs.ts';
import { remarksOf } from '../src/table.ts';
import { complaintOf, visit, type Visit } from '../src/visit.ts';

const visits: Visit[] = [];
let sandbox: Sandbox;
let programs: Programs;

beforeAll(async () => {
  sandbox = await createSandbox();
  programs = await writePrograms();
});

afterAll(async () => {
  await programs[Symbol.asyncDispose]();
  await sandbox.close();
});

test('the sandbox is on the Node that the scripts run on', () => {
  expect(process.version).toBe(`v${hosts.find(({ name }) => name === 'Node 24')?.version ?? ''}`);
});

test.for(hosts)('the story in $name', { timeout: 90_000 }, async (host, { skip }) => {
  const visited = await visit(host, programs, sandbox);
  visits.push(visited);
  const remarks = remarksOf(visited);
  if ('skipped' in visited && visited.isExcused) {
    process.stderr.write(`${remarks.join('\n')}\n`);
    skip(visited.skipped);
  }
  expect(remarks).toEqual([]);
});

test('every runtime was there that this platform has a package of', () => {
  expect(visits).toHaveLength(hosts.length);
  expect(complaintOf(visits)).toBeUndefined();
});
